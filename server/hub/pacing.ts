/** Decides how often something is handed out, from what that costs. */
export interface Pacing {
  /** Milliseconds from the start of this handing out to the next one; 0 is as soon as there is news. */
  tickAfter(costMs: number): number;
}

interface Pace {
  /** Of the event loop's time; the rest is for taking events in. */
  readonly share: number;
  readonly maxTickMs: number;
}

/** To everybody: a display shows 60 pictures a second, nobody sees a longer wait turn into a cheaper one. */
export const FLUSH_PACE: Pace = { share: 0.1, maxTickMs: 16 };
/**
 * To readers with a filter, on top. What a filter leaves of a busy stream is small, and a small write
 * costs nearly what a large one does: half the share, over as much as two ticks.
 */
export const FILTERED_PACE: Pace = { share: 0.05, maxTickMs: 32 };

/** A shorter tick saves too few system calls to be worth the wait. */
const MIN_TICK_MS = 4;
/** Weight of the newest cost: one that a garbage collection fell into must not set the pace. */
const NEWEST_WEIGHT = 0.3;

/**
 * At once while handing out is cheap. What it costs grows with clients and bytes, and with it the
 * tick: 0 first, then 4 ms and more, so that a busy hub gathers more into each write.
 */
export function createPacing({ share, maxTickMs }: Pace): Pacing {
  let typicalCostMs = 0;
  return {
    tickAfter(costMs) {
      typicalCostMs += (costMs - typicalCostMs) * NEWEST_WEIGHT;
      const tick = typicalCostMs / share;
      if (tick < MIN_TICK_MS / 2) return 0;
      return Math.min(maxTickMs, Math.max(MIN_TICK_MS, Math.round(tick)));
    },
  };
}
