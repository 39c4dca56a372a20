import type { PrunedKind, Store } from '#db/store.ts';
import type { Retention } from '#organism/api/storage.ts';
import { MINUTE_MS } from '#organism/durations.ts';

import type { Timers } from '../hub/timers.ts';
import { realTimers } from '../hub/timers.ts';

/** Between two looks for what has become too old. */
const ROUND_MS = 10 * MINUTE_MS;
/** After a start, others go first. */
const FIRST_ROUND_MS = 30_000;
/** Journal rows looked at in one transaction: some milliseconds of the writer's time. */
const SLICE_ROWS = 250;
/** After a slice the writer is left to others for this many times as long as it took. */
const REST_FACTOR = 4;
const MIN_REST_MS = 5;
/** While events wait for a commit, pruning waits too. */
const BUSY_REST_MS = 50;

export type KeepMs = Readonly<Record<PrunedKind, number | null>>;

/** Lets go of what is older than its kind is kept, in the writer's idle moments. */
export interface RetentionKeeper {
  start(): void;
  /** Idempotent; resolves after the slice under way. */
  stop(): Promise<void>;
  describe(): Promise<Retention[]>;
}

export interface RetentionDeps {
  readonly store: Pick<Store, 'prune' | 'listPruned'>;
  readonly keepMs: KeepMs;
  /** Whether events wait for a commit now. */
  readonly isBusy: () => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly timers?: Pick<Timers, 'setTimeout'> | undefined;
}

const KINDS: readonly PrunedKind[] = ['payloads', 'messages', 'errors', 'usage'];

export function createRetention(deps: RetentionDeps): RetentionKeeper {
  const { store, keepMs, isBusy, now, log, timers = realTimers } = deps;
  const kept = KINDS.filter((kind) => keepMs[kind] !== null);
  const stopping = new AbortController();
  let round: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let wake: (() => void) | null = null;

  function rest(ms: number): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const calledOff = timers.setTimeout(resolve, ms);
      wake = () => {
        calledOff();
        resolve();
      };
    });
  }

  async function pruneKind(kind: PrunedKind, keep: number): Promise<void> {
    const receivedBefore = now() - keep;
    while (!stopping.signal.aborted) {
      if (isBusy()) {
        await rest(BUSY_REST_MS);
        continue;
      }
      const startedAt = performance.now();
      const { isDone, pruned } = await store.prune({ kind, receivedBefore, limit: SLICE_ROWS });
      if (isDone) {
        log.info({ kind, pruned }, 'what is no longer kept is gone');
        return;
      }
      await rest(Math.max(MIN_REST_MS, REST_FACTOR * (performance.now() - startedAt)));
    }
  }

  async function playRound(): Promise<void> {
    try {
      for (const kind of kept) await pruneKind(kind, keepMs[kind] ?? 0);
    } catch (error) {
      log.error({ err: error }, 'what is no longer kept could not be let go; tried again later');
    }
    round = null;
    schedule(ROUND_MS);
  }

  function schedule(afterMs: number): void {
    if (stopping.signal.aborted || kept.length === 0) return;
    cancel = timers.setTimeout(() => {
      round = playRound();
    }, afterMs);
  }

  return {
    start: () => schedule(FIRST_ROUND_MS),
    async stop() {
      stopping.abort();
      cancel?.();
      wake?.();
      await round;
    },
    async describe() {
      const marks = await store.listPruned();
      return marks.map(({ kind, pruned, receivedBefore }) => ({
        kind,
        keepMs: keepMs[kind],
        pruned,
        receivedBefore,
      }));
    },
  };
}
