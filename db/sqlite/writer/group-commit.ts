import { setTimeout as delay } from 'node:timers/promises';

import type { AppendBatch } from '#db/store.ts';
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

export type BatchOutcome = { readonly positions: number[] } | { readonly failure: StoreFailure };

export interface GroupOutcome {
  readonly batches: readonly BatchOutcome[];
  readonly busyRetries: number;
}

export interface GroupCommit {
  /** Commits all batches together; the answer comes after the disk has them. */
  append(batches: readonly AppendBatch[]): Promise<GroupOutcome>;
  /** Runs other writes in a transaction of their own. */
  write<T>(run: () => T): Promise<T>;
}

export interface GroupCommitDeps {
  readonly db: Connection;
  readonly marks: CommitMarks;
  /** Another process holds the database; once per write that must wait. */
  readonly onBusy: () => void;
  /** The store can promise nothing from now on; called once, before anyone is refused for it. */
  readonly onFatal: (failure: StoreFailure) => void;
}

export function createGroupCommit({ db, marks, onBusy, onFatal }: GroupCommitDeps): GroupCommit {
  const journal = createJournalWriter(db);
  const counter = createCommitCounter(db);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  let busyRetries = 0;
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

  async function retryBusy<T>(run: () => T): Promise<T> {
    if (fatal !== null) throw new StoreError(fatal.code, fatal.message);
    for (let tries = 1; ; tries += 1) {
      try {
        return runTransaction(run);
      } catch (error) {
        if (isFatalError(error)) fail(error, 'write to the store');
        if (!isBusyError(error) || tries > MAX_BUSY_RETRIES) throw error;
      }
      if (tries === 1) onBusy();
      busyRetries += 1;
      await delay(BUSY_RETRY_MS);
    }
  }

  function appendAll(batches: readonly AppendBatch[]): Promise<number[][]> {
    return retryBusy(() => {
      const positions = batches.map((batch) => journal.append(batch));
      journal.flush();
      return positions;
    });
  }

  async function appendOne(batch: AppendBatch): Promise<BatchOutcome> {
    try {
      const [positions = []] = await appendAll([batch]);
      return { positions };
    } catch (error) {
      return { failure: toFailure(error, `store events of ${batch.source}`) };
    }
  }

  return {
    async append(batches) {
      const before = busyRetries;
      let outcomes: BatchOutcome[];
      try {
        outcomes = (await appendAll(batches)).map((positions) => ({ positions }));
      } catch {
        // One bad batch must not take down its neighbours: each alone says which it was.
        outcomes = [];
        for (const batch of batches) outcomes.push(await appendOne(batch));
      }
      return { batches: outcomes, busyRetries: busyRetries - before };
    },
    write: (run) => retryBusy(run),
  };
}
