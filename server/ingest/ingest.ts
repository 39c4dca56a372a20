import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Delivery, DeliveryOutcome } from '#server/sources/source.ts';

import type { DeliveryOrigin, PartsDeps } from './parts.ts';
import { createParts } from './parts.ts';

/** Drafts prepared before the event loop gets a turn, so that a large backfill stalls nobody. */
export const SLICE_DRAFTS = 250;
/** Drafts in one append: large enough for the group commit, small enough to be shown soon. */
export const APPEND_DRAFTS = 1000;

export interface Ingest {
  /**
   * Takes one delivery of a source through validation, redaction, pricing and the journal, then
   * publishes what is new. Resolves after the commit; rejects only when the store fails.
   */
  deliver(from: DeliveryOrigin, delivery: Delivery): Promise<DeliveryOutcome>;
}

/** The door from sources to the journal. Nothing is published before it is committed. */
export function createIngest(deps: PartsDeps): Ingest {
  const parts = createParts(deps);
  return {
    async deliver(from, delivery) {
      let part = parts.empty();
      for (const input of delivery.rejects ?? []) parts.addReject(part, input);
      let outcome: DeliveryOutcome = { accepted: 0, duplicate: 0, rejected: 0 };

      for (const [index, draft] of delivery.drafts.entries()) {
        if (index > 0 && index % SLICE_DRAFTS === 0) await nextTurn();
        parts.addDraft(part, draft, from.source);
        if (part.events.length < APPEND_DRAFTS) continue;
        outcome = addOutcomes(outcome, await parts.commit(from, part));
        part = parts.empty();
      }
      // The cursor goes with the last part: a crash before it only repeats what is already stored.
      const isLastNeeded =
        part.events.length + part.rejects.length > 0 || delivery.cursors !== undefined;
      return isLastNeeded
        ? addOutcomes(outcome, await parts.commit(from, part, delivery.cursors))
        : outcome;
    },
  };
}

function addOutcomes(a: DeliveryOutcome, b: DeliveryOutcome): DeliveryOutcome {
  return {
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
  };
}
