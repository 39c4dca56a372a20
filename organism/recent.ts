import type { EventOf } from './event.ts';

/** How much of a list the picture keeps. */
export interface RecentBounds {
  readonly count: number;
  readonly chars: number;
}

type Recent = EventOf<'message'> | EventOf<'error'>;

/** Of the lists in use, so that only what comes and goes is weighed. */
const weights = new WeakMap<readonly Recent[], number>();
/** Numbers and the like, and the frame around each value. */
const VALUE_CHARS = 8;

/** The newest of both, bounded by their number and their text; the newest stays whatever its size. */
export function appendRecent<T extends Recent>(
  base: readonly T[],
  added: readonly T[],
  { count, chars }: RecentBounds,
): readonly T[] {
  if (added.length === 0) return base;
  const newest = [...base, ...added].slice(-count);
  const fromBase = Math.max(0, newest.length - added.length);
  let weight =
    fromBase === 0
      ? sumOf(newest)
      : (weights.get(base) ?? sumOf(base)) - sumOf(base.slice(0, -fromBase)) + sumOf(added);
  let start = 0;
  for (const event of newest.slice(0, -1)) {
    if (weight <= chars) break;
    weight -= weigh(event);
    start += 1;
  }
  const kept = start === 0 ? newest : newest.slice(start);
  weights.set(kept, weight);
  return kept;
}

function sumOf(events: readonly Recent[]): number {
  return events.reduce((sum, event) => sum + weigh(event), 0);
}

function weigh(event: Recent): number {
  return charsOf(event.type === 'message' ? event.payload : event.text);
}

/** About what the value takes as JSON. Its depth is bounded where it comes in. */
function charsOf(value: unknown): number {
  if (typeof value === 'string') return value.length + VALUE_CHARS;
  if (typeof value !== 'object' || value === null) return VALUE_CHARS;
  let sum = VALUE_CHARS;
  for (const [key, part] of Object.entries(value)) sum += key.length + charsOf(part);
  return sum;
}
