import { z } from 'zod';

import type { MessagePlace, NumberedPlace } from './message-spans.ts';
import { createMessageSpans, messagePlaceSchema, messageSpanSchema } from './message-spans.ts';

/** Messages nobody can read any more. */
export interface LostMessages {
  readonly missing: number;
  /** When the last stored one before them was sent, epoch milliseconds; null at the beginning. */
  readonly from: number | null;
  /** When the first stored one after them was sent. */
  readonly to: number;
}

/** Everything up to the edge is stored, or was told as a gap: where a reading of `/messages` may stop. */
export interface MessageWatermark {
  readonly edge: MessagePlace | null;
  /** The highest number the socket brought in this life; 0 before the first. */
  readonly newest: number;
  /** A message the socket brought. @returns whether the edge moved */
  seen(place: MessagePlace): boolean;
  /** REST was read without a hole from one message to the other, which have numbers. */
  covered(first: NumberedPlace, last: NumberedPlace): void;
  /** REST was read without a hole up to this message. */
  verified(place: MessagePlace): void;
  /** The lowest number from `slot` on that is neither stored nor told as a gap. */
  firstMissing(slot: number): number;
  /** Moves the edge over all holes below this number. @returns what was in them, null when there was none */
  giveUpBelow(slot: number): LostMessages | null;
  /** Messages after the edge are there and the one next to it is not, for longer than a reordering takes. */
  hasHole(): boolean;
  /** The socket brought nothing for longer than a reordering takes. */
  isQuiet(): boolean;
  /** The upstream began a new life: its numbers start again. */
  newRun(): void;
  /** For a cursor. */
  toText(): string | null;
}

/** Frames may overtake each other by this much before a missing number is a hole. */
export const REORDER_MS = 2000;
/** Of the stretches beyond the first hole; what is stored in others is read again after a restart. */
const MAX_SAVED_SPANS = 20;

const savedSchema = messagePlaceSchema.extend({
  beyond: z.array(messageSpanSchema).max(MAX_SAVED_SPANS).optional(),
});

/** @param saved the cursor of an earlier process, or null */
export function createMessageWatermark(
  saved: string | null,
  elapsed: () => number,
): MessageWatermark {
  const { beyond = [], ...savedEdge } = readSaved(saved) ?? {};
  let edge = 'id' in savedEdge ? savedEdge : null;
  /** What arrived beyond the edge. */
  const spans = createMessageSpans(beyond);
  let newest = 0;
  let lastSeenAt = Number.NEGATIVE_INFINITY;
  let holeSince = spans.isEmpty ? null : elapsed();

  /** An upstream counts from 1, so that before the first reading nothing is there up to 0. */
  const edgeSlot = (): number => edge?.slot ?? 0;

  function absorb(): void {
    for (;;) {
      const next = spans.takeFirst(edgeSlot() + 1);
      if (next === null) break;
      if (next.last.slot > edgeSlot()) edge = next.last;
    }
    holeSince = spans.isEmpty ? null : (holeSince ?? elapsed());
  }

  return {
    get edge() {
      return edge;
    },
    get newest() {
      return newest;
    },
    seen({ slot, ...place }) {
      if (slot === null) return false;
      newest = Math.max(newest, slot);
      lastSeenAt = elapsed();
      if (slot <= edgeSlot()) return false;
      const before = edge;
      const numbered = { ...place, slot };
      if (slot === edgeSlot() + 1) edge = numbered;
      else spans.add({ first: numbered, last: numbered });
      absorb();
      return edge !== before;
    },
    covered(first, last) {
      if (last.slot <= edgeSlot()) return;
      spans.add({ first, last });
      absorb();
    },
    verified(place) {
      edge = place;
      if (place.slot === null) spans.clear();
      holeSince = null;
      absorb();
    },
    firstMissing: (slot) => spans.firstMissing(Math.max(slot, edgeSlot() + 1)),
    giveUpBelow(slot) {
      const from = edge?.at ?? null;
      let missing = 0;
      let to = 0;
      for (;;) {
        const next = spans.takeFirst(slot);
        if (next === null) break;
        missing += Math.max(0, next.first.slot - edgeSlot() - 1);
        to = next.first.at;
        edge = next.last;
      }
      absorb();
      return missing === 0 ? null : { missing, from, to };
    },
    hasHole: () => holeSince !== null && elapsed() - holeSince >= REORDER_MS,
    isQuiet: () => elapsed() - lastSeenAt >= REORDER_MS,
    newRun() {
      spans.clear();
      newest = 0;
      holeSince = null;
      if (edge !== null) edge = { ...edge, slot: null };
    },
    toText() {
      if (edge === null) return null;
      const list = spans.list(MAX_SAVED_SPANS);
      return JSON.stringify(list.length === 0 ? edge : { ...edge, beyond: list });
    },
  };
}

function readSaved(saved: string | null): z.infer<typeof savedSchema> | null {
  if (saved === null) return null;
  try {
    return savedSchema.parse(JSON.parse(saved));
  } catch {
    // A cursor of another build: reading from the newest again costs time, not data.
    return null;
  }
}
