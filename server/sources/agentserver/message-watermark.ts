import { z } from 'zod';

/** A message as a place in the upstream's record. */
export interface MessagePlace {
  readonly id: string;
  /** Epoch milliseconds, the upstream's clock. */
  readonly at: number;
  /** The upstream's running number in one life; null when it gives none. */
  readonly slot: number | null;
}

/** Everything up to here is stored: where the next reading of `/messages` may stop. */
export interface MessageWatermark {
  readonly edge: MessagePlace | null;
  /** A message the socket brought. @returns whether the edge moved */
  seen(place: MessagePlace): boolean;
  /** REST was read without a hole up to this message. */
  verified(place: MessagePlace): void;
  /** Messages after the edge are there and the one next to it is not, for longer than a reordering takes. */
  hasHole(): boolean;
  /** The upstream began a new life: its numbers start again. */
  newRun(): void;
  /** For a cursor. */
  toText(): string | null;
}

/** Frames may overtake each other by this much before a missing number is a hole. */
const REORDER_MS = 2000;
/** Numbers remembered beyond a hole; when full the hole is read by REST, which settles them all. */
const MAX_AHEAD = 20_000;

const placeSchema = z.object({ id: z.string(), at: z.number(), slot: z.number().nullable() });

/** @param saved the cursor of an earlier process, or null */
export function createMessageWatermark(
  saved: string | null,
  elapsed: () => number,
): MessageWatermark {
  let edge = readPlace(saved);
  /** By number: what arrived beyond the edge. */
  const ahead = new Map<number, MessagePlace>();
  let holeSince: number | null = null;

  function absorb(): void {
    for (;;) {
      const slot = edge?.slot;
      const next = slot === null || slot === undefined ? undefined : ahead.get(slot + 1);
      if (next === undefined) break;
      ahead.delete(next.slot ?? -1);
      edge = next;
    }
    holeSince = ahead.size === 0 ? null : (holeSince ?? elapsed());
  }

  return {
    get edge() {
      return edge;
    },
    seen(place) {
      const before = edge;
      const edgeSlot = edge?.slot ?? null;
      if (place.slot === null || edgeSlot === null || place.slot <= edgeSlot) return false;
      if (ahead.size < MAX_AHEAD) ahead.set(place.slot, place);
      absorb();
      return edge !== before;
    },
    verified(place) {
      edge = place;
      for (const slot of ahead.keys()) {
        if (place.slot === null || slot <= place.slot) ahead.delete(slot);
      }
      holeSince = null;
      absorb();
    },
    hasHole: () => holeSince !== null && elapsed() - holeSince >= REORDER_MS,
    newRun() {
      ahead.clear();
      holeSince = null;
      if (edge !== null) edge = { ...edge, slot: null };
    },
    toText: () => (edge === null ? null : JSON.stringify(edge)),
  };
}

function readPlace(saved: string | null): MessagePlace | null {
  if (saved === null) return null;
  try {
    return placeSchema.parse(JSON.parse(saved));
  } catch {
    // A cursor of another build: reading from the newest again costs time, not data.
    return null;
  }
}
