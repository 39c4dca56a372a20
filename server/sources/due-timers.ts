import type { ReceiverDeps } from './receiver.ts';

/** When the store could not take what is due. */
const RETRY_MS = 5000;

/** When to tell what waits on a shelf, whatever it waits for. */
export interface DueTimers {
  /** Hands these ids to `tell` once that much time has passed. */
  later(delayMs: number, ids: readonly string[]): void;
  /** Tells what is due; where that fails, its turn comes again. Never rejects. */
  attempt(ids: readonly string[], run: () => Promise<void>): Promise<void>;
  stop(): void;
}

export function createDueTimers(
  { schedule, log }: Pick<ReceiverDeps, 'schedule' | 'log'>,
  tell: (ids: readonly string[]) => Promise<void>,
): DueTimers {
  const timers = new Set<() => void>();
  let isStopped = false;

  function later(delayMs: number, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const cancel = schedule(delayMs, () => {
      timers.delete(cancel);
      void tell(ids);
    });
    timers.add(cancel);
  }

  return {
    later,
    async attempt(ids, run) {
      try {
        await run();
      } catch (error) {
        if (isStopped) return;
        log.warn({ err: error, spans: ids.length }, 'spans that are due could not be stored');
        later(RETRY_MS, ids);
      }
    },
    stop() {
      isStopped = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
