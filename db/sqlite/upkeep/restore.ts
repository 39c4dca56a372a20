import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';

import Database from 'better-sqlite3';

import { holdInstanceLock } from '../instance-lock.ts';
import { migrateDatabase } from '../migrate.ts';
import { toStoreError } from '../store-failure.ts';
import type { StoreFiles } from '../store-files.ts';
import { prepareDirectory, storeFiles, syncDirectory, writeDurably } from '../store-files.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { readManifest } from './backup-manifest.ts';
import { verifyBackup } from './verify-backup.ts';

export interface RestoreOptions {
  readonly dataDir: string;
  readonly file: string;
  readonly newEpoch?: (() => string) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** The identity of the history from now on: browsers that knew the old one reload. */
  readonly epoch: string;
  /** Directory of the files that were replaced; null when there were none. */
  readonly keptIn: string | null;
}

/**
 * Puts a backup in the place of a store, damaged or not. Nothing is touched before the backup has
 * been read through; what it replaces is kept. Killed at any point, it may be run again, and a
 * server refuses to start on what is half done.
 * @throws StoreError `locked` while a server holds the directory, `corrupt` for a bad backup
 */
export async function restoreStore(options: RestoreOptions): Promise<Restored> {
  const { dataDir, file, newEpoch = randomUUID, now = Date.now } = options;
  // What is plainly no backup is refused before anything is made or locked.
  readManifest(file);
  prepareDirectory(dataDir);
  const releaseLock = holdInstanceLock(dataDir);
  try {
    const manifest = await verifyBackup(file);
    const files = storeFiles(dataDir);
    const incoming = `${files.database}.restoring`;
    const epoch = newEpoch();
    prepareIncoming(file, incoming, epoch);
    const keptIn = setAside(files, incoming, new Date(now()));
    renameSync(incoming, files.database);
    syncDirectory(dataDir);
    writeDurably(files.epoch, `${epoch}\n`);
    syncDirectory(dataDir);
    return { manifest, epoch, keptIn };
  } catch (error) {
    throw toStoreError(error, `restore ${file} into ${dataDir}`);
  } finally {
    releaseLock();
  }
}

/** A copy with this build's schema and the new epoch, whole on the disk. */
function prepareIncoming(file: string, incoming: string, epoch: string): void {
  rmSync(incoming, { force: true });
  rmSync(`${incoming}-journal`, { force: true });
  copyFileSync(file, incoming);
  chmodSync(incoming, 0o600);
  const db = new Database(incoming, { fileMustExist: true });
  try {
    db.pragma('synchronous = FULL');
    migrateDatabase(db);
    db.prepare<[string]>("UPDATE meta SET value = ? WHERE key = 'epoch'").run(epoch);
  } finally {
    db.close();
  }
}

/**
 * Moves the store's files into a directory named after the time. The epoch file goes last and stays
 * too: as long as it is there, a missing database is a loss and not a new start.
 */
function setAside(files: StoreFiles, incoming: string, at: Date): string | null {
  const { dataDir, epoch } = files;
  const names = readdirSync(dataDir).filter(
    (name) =>
      name.startsWith('organoscope.') &&
      !name.startsWith('organoscope.lock') &&
      !name.startsWith(path.basename(incoming)),
  );
  if (names.length === 0) return null;
  const keptIn = path.join(dataDir, `replaced-${at.toISOString().replaceAll(':', '')}`);
  mkdirSync(keptIn, { mode: 0o700 });
  if (existsSync(epoch)) copyFileSync(epoch, path.join(keptIn, path.basename(epoch)));
  else writeDurably(epoch, 'restoring\n');
  for (const name of names) {
    const from = path.join(dataDir, name);
    if (from !== epoch) renameSync(from, path.join(keptIn, name));
  }
  syncDirectory(keptIn);
  syncDirectory(dataDir);
  return keptIn;
}
