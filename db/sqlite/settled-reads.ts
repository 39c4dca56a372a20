import { StoreError } from '#db/store.ts';

/**
 * Lets queries see everything that was acknowledged before them: the writer leaves projections in
 * memory over several commits, and settles them when somebody asks.
 */
export interface SettledReads {
  /** After each commit, in their order. */
  note(isSettled: boolean): void;
  /**
   * Resolves when the projections hold what was noted before the call. Calls that come together
   * share one settling, and there is one at a time. Never rejects: where nothing can be written, what is
   * there is read, which is all but the last moments before. After a failure it is tried again once
   * something was committed, or a second later: each try begins with gathering all anew.
   */
  ready(): Promise<void>;
}

const RETRY_MS = 1000;

export function createSettledReads(deps: {
  /** Whether the projections hold everything at the start. */
  readonly isSettled: boolean;
  readonly settle: () => Promise<void>;
  /** Told once of a row of failures. */
  readonly warn: (text: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}): SettledReads {
  let { isSettled } = deps;
  let restsUntil = -Infinity;
  let commits = 0;
  /** Commits noted when the settling under way was asked for. */
  let covered = 0;
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let hasFailed = false;

  async function run(): Promise<void> {
    covered = commits;
    try {
      await deps.settle();
      if (commits === covered) isSettled = true;
      hasFailed = false;
    } catch (error) {
      if (commits === covered) restsUntil = deps.now() + RETRY_MS;
      report(error);
    }
    running = null;
  }

  function report(error: unknown): void {
    if (hasFailed || (error instanceof StoreError && error.code === 'closed')) return;
    hasFailed = true;
    const reason = error instanceof Error ? error.message : String(error);
    deps.warn(`Sums and counters are without the last moments' events for now: ${reason}`);
  }

  async function follow(before: Promise<void>): Promise<void> {
    await before;
    next = null;
    running = run();
    await running;
  }

  return {
    note(isCommitSettled) {
      commits += 1;
      isSettled = isCommitSettled;
      restsUntil = -Infinity;
    },
    ready() {
      if (isSettled || (running === null && deps.now() < restsUntil)) return DONE;
      if (running === null) return (running = run());
      if (commits === covered) return running;
      next ??= follow(running);
      return next;
    },
  };
}

const DONE = Promise.resolve();
