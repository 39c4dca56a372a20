import { existsSync } from 'node:fs';

import type { Connection } from './connection.ts';
import { openWriterConnection } from './connection.ts';
import { holdInstanceLock } from './instance-lock.ts';
import { migrateDatabase } from './migrate.ts';
import { toStoreError } from './store-failure.ts';
import type { StoreFiles } from './store-files.ts';
import {
  copyDurably,
  inspectFiles,
  prepareDirectory,
  storeFiles,
  syncDirectory,
  writeDurably,
} from './store-files.ts';

export interface OpenedStore {
  readonly db: Connection;
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
  inspectFiles(files);
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
    return { db, epoch, schemaVersion, notices };
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
