import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { openReaderConnection } from '../connection.ts';
import { toStoreError } from '../store-failure.ts';
import { storeFiles, syncDirectory, writeDurably } from '../store-files.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { manifestPath } from './backup-manifest.ts';
import { noteBackup } from './last-backup.ts';
import { leaveNoLog } from './leave-no-log.ts';
import type { StoreFacts } from './store-facts.ts';
import { readFacts } from './store-facts.ts';
import { hashFile, verifyCopy } from './verify-backup.ts';

/** Pages copied between two turns of the thread: 3 ms of work. */
const PAGES_PER_STEP = 200;

interface BackupProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface BackupOptions {
  readonly dataDir: string;
  /** Made by this call, readable by its owner only; never overwritten. */
  readonly file: string;
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

/**
 * Copies a store while it is in use, from one moment of it, and reads the copy back before it gets
 * its name. A server that runs goes on writing; only its log cannot be shortened meanwhile.
 * @throws StoreError: then there is no file of that name
 */
export async function backUpStore(options: BackupOptions): Promise<BackupManifest> {
  const { dataDir, file, now = Date.now } = options;
  if (!existsSync(storeFiles(dataDir).database)) {
    throw new StoreError('io', `There is no store in ${dataDir}`);
  }
  const part = `${file}.part-${randomBytes(4).toString('hex')}`;
  const release = await reserve(file);
  try {
    createExclusively(part);
    const facts = await copyStore(options, part);
    verifyCopy(part, facts);
    const manifest = await describeCopy(part, facts, now());
    syncFile(part);
    writeDurably(manifestPath(file), `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(part, file);
    syncDirectory(path.dirname(file));
    noteBackup(dataDir, { file: path.resolve(file), manifest });
    return manifest;
  } catch (error) {
    for (const leftover of [part, `${part}-journal`]) rmSync(leftover, { force: true });
    release();
    throw toStoreError(error, `back up the store in ${dataDir} to ${file}`);
  }
}

/** Takes both names, so that two backups cannot meet and nothing that is there is lost. */
async function reserve(file: string): Promise<() => void> {
  const taken: string[] = [];
  const release = (): void => {
    for (const name of taken) rmSync(name, { force: true });
  };
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    for (const name of [file, manifestPath(file)]) {
      createExclusively(name);
      taken.push(name);
    }
    return release;
  } catch (error) {
    release();
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError('not-writable', `Cannot make the backup ${file}: ${reason}`, {
      cause: error,
    });
  }
}

function createExclusively(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

async function copyStore(
  { dataDir, onProgress }: BackupOptions,
  part: string,
): Promise<StoreFacts> {
  const cleanUp = leaveNoLog(dataDir);
  const source = openReaderConnection(storeFiles(dataDir).database);
  try {
    // One read transaction for all: else each commit of a server would start the copy anew.
    source.exec('BEGIN');
    const facts = readFacts(source);
    const pageSize = Number(source.pragma('page_size', { simple: true }));
    await source.backup(part, {
      progress({ totalPages, remainingPages }) {
        const totalBytes = totalPages * pageSize;
        onProgress?.({ doneBytes: totalBytes - remainingPages * pageSize, totalBytes });
        return PAGES_PER_STEP;
      },
    });
    makeSelfContained(part);
    return facts;
  } finally {
    source.close();
    cleanUp();
  }
}

/** One file that can be read from a read-only disk; a server puts the log back when it opens it. */
function makeSelfContained(part: string): void {
  const copy: Connection = new Database(part, { fileMustExist: true });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

async function describeCopy(part: string, facts: StoreFacts, now: number): Promise<BackupManifest> {
  return {
    format: 'organoscope-backup',
    version: 1,
    createdAt: new Date(now).toISOString(),
    ...facts,
    bytes: statSync(part).size,
    sha256: await hashFile(part),
  };
}

function syncFile(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
