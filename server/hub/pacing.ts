/** Of the event loop's time, for handing batches out; the rest is for taking events in. */
const FAN_OUT_SHARE = 0.1;
/** A shorter tick saves too few system calls to be worth the wait. */
const MIN_TICK_MS = 4;
/** A display shows 60 pictures a second: nobody sees a longer wait turn into a cheaper one. */
const MAX_TICK_MS = 16;
/** Weight of the newest flush: one that a garbage collection fell into must not set the pace. */
const NEWEST_WEIGHT = 0.3;

/** What a filter leaves of a busy stream is small, and a small write costs nearly what a large one does. */
const MAX_FILTERED_FLUSHES = 3;
const MAX_FILTERED_MS = 2 * MAX_TICK_MS;

/** How many flushes a write to readers with a filter gathers; one while flushes are not paced. */
export function flushesPerFilteredWrite(tickMs: number): number {
  if (tickMs === 0) return 1;
  return Math.min(MAX_FILTERED_FLUSHES, Math.floor(MAX_FILTERED_MS / tickMs));
}

/** Decides how often a channel may flush, from what its flushes cost. */
export interface Pacing {
  /** Milliseconds from the start of this flush to the next one; 0 is as soon as there is news. */
  tickAfter(costMs: number): number;
}

/**
 * At once while flushing is cheap. What a flush costs grows with clients and bytes, and with it the
 * tick: 0 first, then 4 to 16 ms, so that a busy hub gathers more into each write.
 */
export function createPacing(): Pacing {
  let typicalCostMs = 0;
  return {
    tickAfter(costMs) {
      typicalCostMs += (costMs - typicalCostMs) * NEWEST_WEIGHT;
      const tick = typicalCostMs / FAN_OUT_SHARE;
      if (tick < MIN_TICK_MS / 2) return 0;
      return Math.min(MAX_TICK_MS, Math.max(MIN_TICK_MS, Math.round(tick)));
    },
  };
}
