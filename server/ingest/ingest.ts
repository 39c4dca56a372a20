import { setImmediate as nextTurn } from 'node:timers/promises';

import type { PreparedEvent, Reject, Store } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';
import type { Delivery, DeliveryOutcome, UnreadableInput } from '#server/sources/source.ts';

import type { Preparation } from './prepare.ts';

/** Drafts prepared before the event loop gets a turn, so that a large backfill stalls nobody. */
const SLICE_DRAFTS = 250;
/** Drafts in one append: large enough for the group commit, small enough to be shown soon. */
const APPEND_DRAFTS = 1000;
/** A quarantined sample is for recognising an input, not for keeping it. */
const MAX_SAMPLE_CHARS = 500;

export interface IngestDeps {
  readonly store: Pick<Store, 'append'>;
  readonly preparation: Preparation;
  /** Called after the commit, in journal order. */
  readonly publish: (events: readonly JournalEvent[]) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Ingest {
  /**
   * Takes one delivery of a source through validation, redaction, pricing and the journal, then
   * publishes what is new. Resolves after the commit; rejects only when the store fails.
   */
  deliver(from: DeliveryOrigin, delivery: Delivery): Promise<DeliveryOutcome>;
}

export interface DeliveryOrigin {
  readonly source: string;
  readonly organismId: string;
}

/** The one door from sources to the journal. Nothing is published before it is committed. */
export function createIngest({ store, preparation, publish, now }: IngestDeps): Ingest {
  async function append(
    from: DeliveryOrigin,
    part: PreparedPart,
    cursors: Delivery['cursors'],
  ): Promise<DeliveryOutcome> {
    const result = await store.append({
      ...from,
      ...part,
      redactions: Object.fromEntries(part.redactions),
      cursors,
      catalogueVersion: preparation.catalogueVersion,
    });
    if (result.stored.length > 0) publish(result.stored);
    return result;
  }

  async function deliver(from: DeliveryOrigin, delivery: Delivery): Promise<DeliveryOutcome> {
    const receivedAt = now();
    let part = emptyPart();
    for (const input of delivery.rejects ?? []) part.rejects.push(quarantine(input, receivedAt));
    let outcome: DeliveryOutcome = { accepted: 0, duplicate: 0, rejected: 0 };

    for (const [index, draft] of delivery.drafts.entries()) {
      if (index > 0 && index % SLICE_DRAFTS === 0) await nextTurn();
      const prepared = preparation.prepare(draft, from.source, receivedAt);
      if (prepared.ok) part.events.push(prepared.event);
      else part.rejects.push(quarantine(prepared.reject, receivedAt));
      for (const [label, times] of prepared.redactions) {
        part.redactions.set(label, (part.redactions.get(label) ?? 0) + times);
      }
      if (part.events.length < APPEND_DRAFTS) continue;
      outcome = addOutcomes(outcome, await append(from, part, undefined));
      part = emptyPart();
    }
    // The cursor goes with the last part: a crash before it only repeats what is already stored.
    const isLastNeeded =
      part.events.length + part.rejects.length > 0 || delivery.cursors !== undefined;
    return isLastNeeded
      ? addOutcomes(outcome, await append(from, part, delivery.cursors))
      : outcome;
  }

  function quarantine(input: UnreadableInput, receivedAt: number): Reject {
    const sample = preparation.redactSample(input.sample.slice(0, MAX_SAMPLE_CHARS));
    return {
      reason: input.reason,
      detail: input.detail.slice(0, MAX_SAMPLE_CHARS),
      sample,
      receivedAt,
    };
  }

  return { deliver };
}

interface PreparedPart {
  readonly events: PreparedEvent[];
  readonly rejects: Reject[];
  readonly redactions: Map<string, number>;
}

function emptyPart(): PreparedPart {
  return { events: [], rejects: [], redactions: new Map() };
}

function addOutcomes(a: DeliveryOutcome, b: DeliveryOutcome): DeliveryOutcome {
  return {
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
  };
}
