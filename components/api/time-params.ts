import { formatInstant } from '#organism/instant.ts';

import type { InstantRange } from './range.ts';

/** The wire's finest step: a range's open end is the last microsecond before it. */
const MICROSECOND_MS = 0.001;

/** A half-open range as the contract's `start_time` and `end_time`, which are both inclusive. */
export function timeParams(range: InstantRange | null | undefined): {
  start_time?: string | undefined;
  end_time?: string | undefined;
} {
  if (range === null || range === undefined) return {};
  return {
    start_time: formatInstant(range.from),
    end_time: formatInstant(range.to - MICROSECOND_MS),
  };
}
