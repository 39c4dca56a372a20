import type { Schedule } from '../source.ts';

/** Runs something again and again, never twice at once. */
export interface Poller {
  start(): void;
  /** Runs at once, or once more right after the run under way. */
  poke(): void;
  /** Resolves when the run under way is over. */
  stop(): Promise<void>;
}

/** Polls this much slower while nobody watches. */
const UNWATCHED_FACTOR = 5;
const MAX_UNWATCHED_MS = 30_000;

/**
 * @param options.run resolves with the delay to the next run when it is not the usual one
 * @param options.intervalMs asked before each wait
 */
export function createPoller(options: {
  run: () => Promise<number | void>;
  intervalMs: () => number;
  /** Null: this poll does not depend on anyone watching. */
  isWatched: (() => boolean) | null;
  /** A failure the run did not handle itself; the next run comes all the same. */
  onError: (error: unknown) => void;
  schedule: Schedule;
  elapsed: () => number;
}): Poller {
  const { run, intervalMs, isWatched, onError, schedule, elapsed } = options;
  let isStopped = false;
  let isPoked = false;
  let running: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let lastRunAt = Number.NEGATIVE_INFINITY;

  /** Wakes at the watched pace, so that a new watcher is served within one interval. */
  function tick(): void {
    const isDue =
      isWatched === null ||
      isWatched() ||
      elapsed() - lastRunAt >= Math.min(intervalMs() * UNWATCHED_FACTOR, MAX_UNWATCHED_MS);
    if (isDue) runNow();
    else cancel = schedule(intervalMs(), tick);
  }

  function runNow(): void {
    cancel?.();
    cancel = null;
    lastRunAt = elapsed();
    running = runOnce();
  }

  async function runOnce(): Promise<void> {
    const delayMs = await run().catch((error: unknown) => {
      onError(error);
    });
    running = null;
    if (isStopped) return;
    if (isPoked) {
      isPoked = false;
      runNow();
    } else cancel = schedule(delayMs ?? intervalMs(), tick);
  }

  return {
    start() {
      if (!isStopped && running === null) runNow();
    },
    poke() {
      if (isStopped) return;
      if (running === null) runNow();
      else isPoked = true;
    },
    async stop() {
      isStopped = true;
      cancel?.();
      await running;
    },
  };
}
