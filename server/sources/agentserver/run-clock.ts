/** Tells the lives of an upstream apart by its uptime. */
export interface RunClock {
  /** Reads an uptime; `startedAt` stays the same through one life. */
  observe(
    uptimeSeconds: number,
    readAt: number,
  ): { readonly startedAt: number; readonly isNewRun: boolean };
  /** Epoch milliseconds; null before the first reading. */
  readonly startedAt: number | null;
}

/** How far the computed start may jump from one reading to the next: slow answers, not restarts. */
const JITTER_MS = 5000;

/** @param known the start of the life known from before this process, or null */
export function createRunClock(known: number | null): RunClock {
  let startedAt = known;
  // Follows the drift between the two clocks, which over weeks exceeds the jitter.
  let reference = known;
  let lastUptimeSeconds: number | null = null;
  return {
    get startedAt() {
      return startedAt;
    },
    observe(uptimeSeconds, readAt) {
      const computed = readAt - uptimeSeconds * 1000;
      const isLater = reference !== null && computed > reference + JITTER_MS;
      const isYounger = lastUptimeSeconds !== null && uptimeSeconds < lastUptimeSeconds;
      const isNewRun = startedAt === null || isLater || isYounger;
      const life = startedAt === null || isNewRun ? computed : startedAt;
      startedAt = life;
      reference = computed;
      lastUptimeSeconds = uptimeSeconds;
      return { startedAt: life, isNewRun };
    },
  };
}
