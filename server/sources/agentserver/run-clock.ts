/** Tells the lives of an upstream apart by its uptime. */
export interface RunClock {
  /** Takes an uptime in seconds; `startedAt` stays the same through one life. */
  observe(
    uptimeSeconds: number,
    when: Moment,
  ): { readonly startedAt: number; readonly isNewRun: boolean };
  /** Epoch milliseconds; null before the first reading. */
  readonly startedAt: number | null;
}

/** One moment on two clocks, in milliseconds. */
interface Moment {
  /** Since the epoch. */
  readonly at: number;
  /** On a clock nobody sets. */
  readonly elapsed: number;
}

/** How far the computed start may jump from one reading to the next: slow answers, not restarts. */
const JITTER_MS = 5000;

/**
 * A life is a new one when less uptime passed than time did. Both clocks must say so: setting ours
 * is no restart, and an upstream on this machine may count its uptime by the clock that was set.
 * @param known the start of the life known from before this process, or null
 */
export function createRunClock(known: number | null): RunClock {
  let startedAt = known;
  // Each reading is compared with the last one: over weeks clocks drift apart by more than the jitter.
  let last: (Moment & { readonly uptimeMs: number }) | null = null;

  function isNewLife(uptimeMs: number, when: Moment): boolean {
    if (startedAt === null) return true;
    if (last === null) return when.at - uptimeMs - startedAt > JITTER_MS;
    const lived = uptimeMs - last.uptimeMs;
    const byWall = when.at - last.at;
    const bySteady = when.elapsed - last.elapsed;
    if (Math.min(byWall, bySteady) - lived > JITTER_MS) return true;
    const wasSetBack = byWall < bySteady / 2;
    return lived < 0 && !wasSetBack;
  }

  return {
    get startedAt() {
      return startedAt;
    },
    observe(uptimeSeconds, when) {
      const uptimeMs = uptimeSeconds * 1000;
      const isNewRun = isNewLife(uptimeMs, when);
      const life = startedAt === null || isNewRun ? when.at - uptimeMs : startedAt;
      startedAt = life;
      last = { ...when, uptimeMs };
      return { startedAt: life, isNewRun };
    },
  };
}
