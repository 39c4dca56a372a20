import { MAX_ACTIVITY_SECONDS, type ActivityBucket } from '#organism/state.ts';

/** Seconds one bar stands for. Usage is read every few seconds, so its bars are wider. */
const EVENT_BAR_SECONDS = 2;
const TOKEN_BAR_SECONDS = 10;
/** Windows of the figures: short enough to follow, long enough not to flicker. */
const EVENT_WINDOW_SECONDS = 10;
const TOKEN_WINDOW_SECONDS = 60;

export interface Rates {
  readonly eventsPerSecond: number;
  readonly tokensPerMinute: number;
  /** Oldest first, per bar; the still-filling one is left out. */
  readonly eventBars: readonly number[];
  readonly tokenBars: readonly number[];
}

/**
 * Live rates from the activity of the last two minutes.
 * @param now epoch milliseconds of the server's clock
 */
export function prepareRates(activity: readonly ActivityBucket[], now: number): Rates {
  const second = Math.floor(now / 1000);
  const inLast = (seconds: number) =>
    activity.filter((bucket) => bucket.second >= second - seconds && bucket.second < second);
  const sum = (buckets: readonly ActivityBucket[], of: 'events' | 'tokens') =>
    buckets.reduce((total, bucket) => total + bucket[of], 0);
  return {
    eventsPerSecond: sum(inLast(EVENT_WINDOW_SECONDS), 'events') / EVENT_WINDOW_SECONDS,
    tokensPerMinute: (sum(inLast(TOKEN_WINDOW_SECONDS), 'tokens') * 60) / TOKEN_WINDOW_SECONDS,
    eventBars: bars(activity, 'events', second, EVENT_BAR_SECONDS),
    tokenBars: bars(activity, 'tokens', second, TOKEN_BAR_SECONDS),
  };
}

/** A burst, such as history read at a start, is cut off above this many usual bars. */
const USUAL_BARS_SHOWN = 4;

/** The value of the highest bar that is drawn whole: one burst must not flatten all others. */
export function sparkTop(values: readonly number[]): number {
  const told = values.filter((value) => value > 0).sort((a, b) => a - b);
  const usual = told[Math.floor(told.length / 2)] ?? 1;
  return Math.max(1, Math.min(told.at(-1) ?? 1, usual * USUAL_BARS_SHOWN));
}

/** Bars stand on fixed instants, so that they move along as a whole and never change in height. */
function bars(
  activity: readonly ActivityBucket[],
  of: 'events' | 'tokens',
  second: number,
  barSeconds: number,
): number[] {
  const end = Math.floor(second / barSeconds);
  const count = MAX_ACTIVITY_SECONDS / barSeconds - 1;
  const heights = Array.from({ length: count }, () => 0);
  for (const bucket of activity) {
    const index = Math.floor(bucket.second / barSeconds) - (end - count);
    const height = heights[index];
    if (height !== undefined) heights[index] = height + bucket[of];
  }
  return heights;
}
