import { setTimeout as delay } from 'node:timers/promises';

import type { AppendBatch, PreparedEvent } from '#db/store.ts';
import { StoreError } from '#db/store.ts';

import type { CommitMark, CommitMarks } from '../commit-marks.ts';
import type { Connection } from '../connection.ts';
import type { StoreFailure } from '../store-failure.ts';
import { isBusyError, isFatalError, toFailure } from '../store-failure.ts';
import { createCommitCounter } from './commit-counter.ts';
import { createJournalWriter } from './journal-writer.ts';

/** Pause between tries while another process holds the database. */
const BUSY_RETRY_MS = 20;
/** Another process that holds it longer than this is not a passing backup. */
const MAX_BUSY_RETRIES = 500;
/**
 * Commits in between leave projections in memory. At this pace settling costs a few percent of the
 * writer and few acknowledgements wait for it; with fewer commits than that, each settles itself.
 */
export const SETTLE_INTERVAL_MS = 1000;
/** Rows and events in memory: what a crash leaves to be read again, in less than half a second. */
const MAX_GATHERED = 8000;

export type BatchOutcome = BatchPositions | { readonly failure: StoreFailure };

interface BatchPositions {
  readonly positions: number[];
  /** What was stored in place of an event, by its place in the batch. */
  readonly amended?: ReadonlyMap<number, PreparedEvent>;
}

export interface GroupOutcome {
  readonly batches: readonly BatchOutcome[];
  readonly busyRetries: number;
  /** Whether queries see all of it; else only after `settle`. */
  readonly isSettled: boolean;
}

export interface GroupCommit {
  /** Commits all batches together; the answer comes after the disk has them. */
  append(batches: readonly AppendBatch[]): Promise<GroupOutcome>;
  /** Runs other writes in a transaction of their own. */
  write<T>(run: () => T): Promise<T>;
  /** The same for one that builds on the projections. */
  writeSettled<T>(run: () => T): Promise<T>;
  /** Brings the projections up to the journal; waits for nobody. @throws when another holds the database */
  settle(): void;
  isSettled(): boolean;
}

export interface GroupCommitDeps {
  readonly db: Connection;
  readonly marks: CommitMarks;
  /** Another process holds the database; once per write that must wait. */
  readonly onBusy: () => void;
  /** The store can promise nothing from now on; called once, before anyone is refused for it. */
  readonly onFatal: (failure: StoreFailure) => void;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}

export function createGroupCommit(deps: GroupCommitDeps): GroupCommit {
  const { db, marks, onBusy, onFatal, now = () => performance.now() } = deps;
  const journal = createJournalWriter(db);
  const counter = createCommitCounter(db);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let busyRetries = 0;
  let settledAt = -Infinity;
  let fatal: StoreFailure | null = null;

  function runTransaction<T>(run: () => T): T {
    begin.run();
    try {
      const value = run();
      const commitNo = counter.next();
      commitAs(commitNo);
      journal.commit();
      record({ commitNo, lastSeq: journal.lastSeq() });
      return value;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      journal.reset();
      counter.reset();
      throw error;
    }
  }

  /** COMMIT also answers for the checkpoint after it: what fails there does not undo the commit. */
  function commitAs(commitNo: number): void {
    try {
      commit.run();
    } catch (error) {
      const isStored = !db.inTransaction && counter.isStored(commitNo);
      if (!isStored || isFatalError(error)) throw error;
    }
  }

  /** What is committed but not on record is not acknowledged, and nothing after it. */
  function record(mark: CommitMark): void {
    try {
      marks.write(mark);
    } catch (error) {
      fail(error, 'record a commit');
      throw error;
    }
  }

  function fail(error: unknown, doing: string): void {
    if (fatal !== null) return;
    fatal = toFailure(error, doing);
    onFatal(fatal);
  }

  function runOnce<T>(run: () => T): T {
    if (fatal !== null) throw new StoreError(fatal.code, fatal.message);
    try {
      return runTransaction(run);
    } catch (error) {
      if (isFatalError(error)) fail(error, 'write to the store');
      throw error;
    }
  }

  async function retryBusy<T>(run: () => T): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return runOnce(run);
      } catch (error) {
        if (!isBusyError(error) || tries > MAX_BUSY_RETRIES) throw error;
      }
      if (tries === 1) onBusy();
      busyRetries += 1;
      await delay(BUSY_RETRY_MS);
    }
  }

  function isDue(): boolean {
    return now() - settledAt >= SETTLE_INTERVAL_MS || journal.gathered() >= MAX_GATHERED;
  }

  function settleGathered(): void {
    journal.settle();
    settledAt = now();
  }

  function appendAll(batches: readonly AppendBatch[]): Promise<BatchPositions[]> {
    return retryBusy(() => {
      const outcomes = batches.map((batch) => {
        const amended = new Map<number, PreparedEvent>();
        const positions = journal.append(batch, amended);
        return amended.size === 0 ? { positions } : { positions, amended };
      });
      if (isDue()) settleGathered();
      journal.flush();
      return outcomes;
    });
  }

  async function appendOne(batch: AppendBatch): Promise<BatchOutcome> {
    try {
      const [outcome = { positions: [] }] = await appendAll([batch]);
      return outcome;
    } catch (error) {
      return { failure: toFailure(error, `store events of ${batch.source}`) };
    }
  }

  return {
    async append(batches) {
      const before = busyRetries;
      let outcomes: BatchOutcome[];
      try {
        outcomes = await appendAll(batches);
      } catch {
        // One bad batch must not take down its neighbours: each alone says which it was.
        outcomes = [];
        for (const batch of batches) outcomes.push(await appendOne(batch));
      }
      return {
        batches: outcomes,
        busyRetries: busyRetries - before,
        isSettled: journal.isSettled(),
      };
    },
    write: (run) => retryBusy(run),
    writeSettled: (run) =>
      retryBusy(() => {
        settleGathered();
        return run();
      }),
    settle() {
      if (!journal.isSettled()) runOnce(settleGathered);
    },
    isSettled: () => journal.isSettled(),
  };
}
