import type { PreparedEvent } from '#db/store.ts';
import { amendPayload } from '#organism/amend-message.ts';

import { storedKey } from '../stored-text.ts';
import type { KeyBook, Taken } from './key-book.ts';

/** One message is amended so often at most: a source that grows a text letter by letter is none. */
const MAX_AMENDMENTS = 8;

type PreparedMessage = Extract<PreparedEvent, { type: 'message' }>;

/** A message with what came later, and the key it is stored under. */
interface Amendment {
  readonly event: PreparedMessage;
  readonly hash: number;
}

/**
 * Makes of a message that came again, with more in it, an event that says so. Its key is made of the
 * first one's and a number, so that a replay of any of them finds all that was said before.
 * @param read what is stored at a position; null where it is no longer kept
 * @returns null when there is nothing more in it, or when nobody can tell
 */
export function amendMessage(
  deps: { readonly keys: KeyBook; readonly read: (taken: Taken) => PreparedEvent | null },
  sourceId: number,
  { next, first }: { readonly next: PreparedMessage; readonly first: Taken },
): Amendment | null {
  let newest = first;
  for (let number = 1; number <= MAX_AMENDMENTS; number += 1) {
    const key = `${next.key}~${number}`;
    const { hash, taken } = deps.keys.findOne(sourceId, storedKey(key));
    if (taken !== null) {
      newest = taken;
      continue;
    }
    const known = deps.read(newest);
    if (known?.type !== 'message' || 'isPayloadPruned' in known) return null;
    const payload = amendPayload(known.payload, next.payload);
    if (payload === null) return null;
    const { receivedAt } = next;
    const amends = { seq: first.seq, key: next.key };
    return { event: { ...messageFields(known), key, receivedAt, payload, amends }, hash };
  }
  return null;
}

/** Without what the journal adds. */
function messageFields(event: PreparedMessage): PreparedMessage {
  const { type, key, occurredAt, receivedAt, id, threadId, from, to, payloadType, payload } = event;
  const ends = { threadId, from, to, payloadType, payload };
  const more = event.slotIndex === undefined ? {} : { slotIndex: event.slotIndex };
  return { type, key, occurredAt, receivedAt, id, ...ends, ...more, mayAmend: true };
}
