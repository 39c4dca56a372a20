import { isSameEvent } from '#db/event-identity.ts';
import type { PreparedEvent } from '#db/store.ts';
import { amendUsage } from '#organism/amend-usage.ts';
import type { CallFacts, JournalEvent } from '#organism/event.ts';

import { storedKey } from '../stored-text.ts';
import type { KeyBook, Taken } from './key-book.ts';

/** One call is amended so often at most: each wire that tells of it has something to add once. */
const MAX_AMENDMENTS = 8;

export type PreparedCall = Extract<PreparedEvent, { type: 'usage' }>;
export type AmendedCall = Extract<PreparedEvent, { type: 'usage_amended' }>;

/** A call with what came later, and the key that says so. */
export interface CallAmendment {
  readonly event: AmendedCall;
  readonly hash: number;
}

/**
 * Makes of a call that came again, with more in it, an event that says what it is now and what it
 * was. Its key is made of the first one's and a number, as a message's is.
 * @param readNewest the call as it is known by now; null where it is no longer kept
 * @returns null when there is nothing more in it, or when nobody can tell
 */
export function amendCall(
  deps: { readonly keys: KeyBook; readonly readNewest: (seq: number) => JournalEvent | null },
  of: { readonly sourceId: number; readonly organismId: string },
  { next, first }: { readonly next: PreparedCall; readonly first: Taken },
): CallAmendment | null {
  const place = freeKey(deps.keys, of.sourceId, next.key);
  if (place === null) return null;
  const known = deps.readNewest(first.seq);
  if (known?.type !== 'usage' || known.organismId !== of.organismId) return null;
  const was = factsOf(known);
  const facts = amendUsage(was, factsOf(next));
  if (facts === null) return null;
  const { occurredAt, mayRepeat } = known;
  const amends = { seq: first.seq, key: next.key, was };
  const event: AmendedCall = {
    type: 'usage_amended',
    key: place.key,
    occurredAt,
    receivedAt: next.receivedAt,
    ...facts,
    ...(mayRepeat === undefined ? {} : { mayRepeat }),
    mayAmend: true,
    amends,
  };
  return { event, hash: place.hash };
}

function freeKey(keys: KeyBook, sourceId: number, own: string) {
  for (let number = 1; number <= MAX_AMENDMENTS; number += 1) {
    const key = `${own}~${number}`;
    const { hash, taken } = keys.findOne(sourceId, storedKey(key));
    if (taken === null) return { key, hash };
  }
  return null;
}

/** Whether a telling says nothing that is not known of the call, however it came to be known. */
export function isWithin(known: PreparedCall, next: PreparedCall): boolean {
  const whole = amendUsage(factsOf(next), factsOf(known)) ?? factsOf(next);
  return isSameEvent(known, { ...next, ...whole });
}

/** What a telling says of the call, without what says where and when it was told. */
export function factsOf(call: PreparedCall): CallFacts {
  const { id, threadId, agent, model, provider, org, user, tokens, cacheWrite1h } = call;
  const { notReported, latencyMs, reportedCostNanos, billing, metadata, listCostNanos } = call;
  const { standIns } = call;
  const { costNanos = null, price = null } = call;
  const who = { id, threadId, agent, standIns, org, user };
  const what = { model, provider, tokens, cacheWrite1h, notReported, billing };
  const more = { latencyMs, reportedCostNanos, metadata };
  return { ...who, ...what, ...more, costNanos, price, listCostNanos };
}
