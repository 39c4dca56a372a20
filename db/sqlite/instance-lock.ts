import { join } from 'node:path';

import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

import { isBusyError, toStoreError } from './store-failure.ts';

const LOCK_FILE = 'organoscope.lock';

/**
 * Holds the data directory for this process's life. The lock is a transaction on a database of its
 * own, because Node has no flock; the kernel lets go of it when the process ends, however it ends.
 * @returns releases the lock
 * @throws StoreError `locked` when another instance holds it
 */
export function holdInstanceLock(dataDir: string): () => void {
  const path = join(dataDir, LOCK_FILE);
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (isBusyError(error)) {
      throw new StoreError(
        'locked',
        `Another Organoscope already uses the data directory ${dataDir}. Stop it, or choose another directory with --data.`,
        { cause: error },
      );
    }
    throw toStoreError(error, `lock the data directory ${dataDir}`);
  }
  const held = db;
  return () => {
    held.close();
  };
}
