/** Growing, jittered waits between tries; it never gives up. */
export interface Backoff {
  /** Milliseconds to wait before the next try; longer each time, up to the cap. */
  next(): number;
  /** Tries since the last reset. */
  readonly attempt: number;
  reset(): void;
}

const DEFAULT_BASE_MS = 500;
/** Long enough not to hammer a dead upstream, short enough that a person waits for it. */
export const BACKOFF_CAP_MS = 30_000;

/** Equal jitter: half of the step is certain, half is random, so that many sources spread out. */
export function createBackoff(options: {
  random: () => number;
  baseMs?: number | undefined;
  capMs?: number | undefined;
}): Backoff {
  const { random, baseMs = DEFAULT_BASE_MS, capMs = BACKOFF_CAP_MS } = options;
  let attempt = 0;
  return {
    get attempt() {
      return attempt;
    },
    next() {
      const step = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30));
      attempt += 1;
      return step / 2 + (step / 2) * random();
    },
    reset() {
      attempt = 0;
    },
  };
}
