import type { CommitMark } from '../commit-marks.ts';
import type { Connection } from '../connection.ts';
import { readLastSeq } from './journal-table.ts';

/** Numbers the store's transactions, within each of them. */
export interface CommitCounter {
  /** Part of the transaction under way. @returns its number */
  next(): number;
  /** Whether the transaction of this number is in the database, whatever its COMMIT answered. */
  isStored(commitNo: number): boolean;
  /** After a rollback. */
  reset(): void;
}

export function createCommitCounter(db: Connection): CommitCounter {
  const save = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('commit_no', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const read = db.prepare<[], number>(READ_COMMIT_NO).pluck();
  let commitNo = read.get() ?? 0;
  return {
    next() {
      commitNo += 1;
      save.run(String(commitNo));
      return commitNo;
    },
    isStored: (number) => read.get() === number,
    reset() {
      commitNo = read.get() ?? 0;
    },
  };
}

const READ_COMMIT_NO = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'commit_no'";

/** The newest transaction that the database has; 0 where none was numbered yet. */
export function readLastCommit(db: Connection): CommitMark {
  const commitNo = db.prepare<[], number>(READ_COMMIT_NO).pluck().get() ?? 0;
  return { commitNo, lastSeq: readLastSeq(db) };
}

/** The identity of the history; null where there is none, as in a store that was never finished. */
export function readEpoch(db: Connection): string | null {
  const hasMeta = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get();
  if (hasMeta === undefined) return null;
  const epoch = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'epoch'").pluck();
  return epoch.get() ?? null;
}
