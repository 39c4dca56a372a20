import type { Schedule } from '../source.ts';

/** Time that passes only when a test says so. */
export interface ManualClock {
  readonly now: () => number;
  readonly schedule: Schedule;
  /** Runs everything due within the next milliseconds, in order. */
  advance(ms: number): void;
  /** Delays of what is scheduled now, soonest first, counted from now. */
  readonly pending: readonly number[];
}

export function createManualClock(start = 1_800_000_000_000): ManualClock {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    schedule(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
      }
      now = end;
    },
    get pending() {
      return timers.map(({ at }) => at - now).toSorted((a, b) => a - b);
    },
  };
}
