import { existsSync } from 'node:fs';

import type { CommitMarks } from './commit-marks.ts';
import { newestMark, openCommitMarks, readCommitMarks } from './commit-marks.ts';
import type { Connection } from './connection.ts';
import { openWriterConnection } from './connection.ts';
import { inspectFiles } from './inspect-files.ts';
import { holdInstanceLock } from './instance-lock.ts';
import { migrateDatabase } from './migrate.ts';
import { toStoreError } from './store-failure.ts';
import type { StoreFiles } from './store-files.ts';
import {
  copyDurably,
  prepareDirectory,
  storeFiles,
  syncDirectory,
  writeDurably,
} from './store-files.ts';
import { readLastCommit } from './writer/commit-counter.ts';

export interface OpenedStore {
  readonly db: Connection;
  /** To be written after each commit, before it is acknowledged. */
  readonly marks: CommitMarks;
  readonly epoch: string;
  readonly schemaVersion: number;
  /** For the log: what was done to the store that its keeper should know. */
  readonly notices: readonly string[];
  close(): void;
}

/**
 * Everything between a directory and a store that may be written to.
 * @param freshEpoch the identity of the history, used when there is none yet
 * @throws StoreError
 */
export function openStore(dataDir: string, freshEpoch: string): OpenedStore {
  prepareDirectory(dataDir);
  const releaseLock = holdInstanceLock(dataDir);
  try {
    const opened = openDatabase(dataDir, freshEpoch);
    return {
      ...opened,
      close() {
        // Leaves one self-contained file behind: the log is empty after a clean stop.
        opened.db.pragma('wal_checkpoint(TRUNCATE)');
        opened.db.close();
        opened.marks.close();
        releaseLock();
      },
    };
  } catch (error) {
    releaseLock();
    throw toStoreError(error, `open the store in ${dataDir}`);
  }
}

function openDatabase(dataDir: string, freshEpoch: string): Omit<OpenedStore, 'close'> {
  const files = storeFiles(dataDir);
  inspectFiles(files, true);
  const db = openWriterConnection(files.database);
  try {
    const notices: string[] = [];
    const schemaVersion = migrateDatabase(db, {
      beforeChange: (version) => notices.push(copyBeforeChange(db, files, version)),
    });
    const epoch = ensureEpoch(db, freshEpoch);
    settleCommands(db);
    if (!existsSync(files.epoch)) {
      // The schema goes into the main file first: a lost log then cannot look like a new store.
      db.pragma('wal_checkpoint(TRUNCATE)');
      writeDurably(files.epoch, `${epoch}\n`);
      syncDirectory(dataDir);
    }
    const marks = beginMarks(db, files, epoch, notices);
    return { db, marks, epoch, schemaVersion, notices };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Takes up the room of the database once more; a migration needs as much again while it runs. */
function copyBeforeChange(db: Connection, files: StoreFiles, version: number): string {
  const copy = `${files.database}.schema-${version}`;
  // All of it goes into the one file that is copied.
  db.pragma('wal_checkpoint(TRUNCATE)');
  copyDurably(files.database, copy);
  return `The database had schema ${version}; a copy from before the change is in ${copy}. Delete it once all is well.`;
}

/** Only the marks of this history count: one that was restored or replaced begins its own. */
function beginMarks(
  db: Connection,
  files: StoreFiles,
  epoch: string,
  notices: string[],
): CommitMarks {
  const hasMarks = newestMark(readCommitMarks(files.marks), epoch) !== null;
  const marks = openCommitMarks(files.marks, epoch);
  if (hasMarks) return marks;
  const find = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'marks_epoch'").pluck();
  if (find.get() === epoch) {
    notices.push(
      `The record of commits ${files.marks} is missing or unreadable: whether everything acknowledged is here cannot be told. A new one was begun.`,
    );
  }
  marks.write(readLastCommit(db));
  db.prepare<[string]>("INSERT OR REPLACE INTO meta (key, value) VALUES ('marks_epoch', ?)").run(
    epoch,
  );
  return marks;
}

function ensureEpoch(db: Connection, freshEpoch: string): string {
  db.prepare<[string]>("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?)").run(
    freshEpoch,
  );
  const row = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'").get();
  return row?.value ?? freshEpoch;
}

/** A command under way when the process died may have arrived: it is unknown and never sent again. */
function settleCommands(db: Connection): void {
  db.prepare("UPDATE commands SET outcome = 'unknown' WHERE outcome = 'requested'").run();
}
