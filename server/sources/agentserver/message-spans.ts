import { z } from 'zod';

/** A message as a place in the upstream's record. */
export const messagePlaceSchema = z.object({
  id: z.string(),
  /** Epoch milliseconds, the upstream's clock. */
  at: z.number(),
  /** The upstream's running number in one life; null when it gives none. */
  slot: z.number().nullable(),
});
export type MessagePlace = z.infer<typeof messagePlaceSchema>;

const numberedPlaceSchema = messagePlaceSchema.extend({ slot: z.number() });
export type NumberedPlace = z.infer<typeof numberedPlaceSchema>;

/** Numbers without a hole between them; both ends belong to it. */
export const messageSpanSchema = z.object({
  first: numberedPlaceSchema,
  last: numberedPlaceSchema,
});
export type MessageSpan = z.infer<typeof messageSpanSchema>;

/** Which numbers are stored beyond the first one that is missing. */
export interface MessageSpans {
  /** @returns whether it is in them now; false when there were too many holes to remember */
  add(span: MessageSpan): boolean;
  /** Takes the lowest span out when it begins at this number or before. */
  takeFirst(upTo: number): MessageSpan | null;
  /** The lowest number from `slot` on that is in none. */
  firstMissing(slot: number): number;
  readonly isEmpty: boolean;
  /** The lowest ones, for a cursor. */
  list(most: number): readonly MessageSpan[];
  clear(): void;
}

/** Stretches that stand apart; each burst that is dropped makes one more. */
const MAX_SPANS = 1000;

export function createMessageSpans(saved: readonly MessageSpan[] = []): MessageSpans {
  /** Apart from each other and in order. */
  let spans: MessageSpan[] = [...saved];

  return {
    add(added) {
      // News come at the end, so the search begins there.
      const before = spans.findLastIndex(({ last }) => last.slot < added.first.slot - 1);
      const start = before + 1;
      let merged = added;
      let end = start;
      for (let next = spans[end]; next !== undefined; next = spans[end]) {
        if (next.first.slot > added.last.slot + 1) break;
        merged = join(merged, next);
        end += 1;
      }
      if (end === start && spans.length >= MAX_SPANS) return false;
      spans.splice(start, end - start, merged);
      return true;
    },
    takeFirst(upTo) {
      const [first] = spans;
      if (first === undefined || first.first.slot > upTo) return null;
      spans.shift();
      return first;
    },
    firstMissing(slot) {
      const around = spans.find(({ last }) => last.slot >= slot);
      return around === undefined || around.first.slot > slot ? slot : around.last.slot + 1;
    },
    get isEmpty() {
      return spans.length === 0;
    },
    list: (most) => spans.slice(0, most),
    clear() {
      spans = [];
    },
  };
}

function join(one: MessageSpan, other: MessageSpan): MessageSpan {
  return {
    first: one.first.slot <= other.first.slot ? one.first : other.first,
    last: one.last.slot >= other.last.slot ? one.last : other.last,
  };
}
