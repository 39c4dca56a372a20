import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

import { toStoreError } from './store-failure.ts';

/** The files of a store and what can be told of them before SQLite may change anything. */
export interface StoreFiles {
  readonly dataDir: string;
  readonly database: string;
  readonly wal: string;
  readonly shm: string;
  /** Written once the database exists: an empty database beside it is a loss, not a new start. */
  readonly epoch: string;
}

export function storeFiles(dataDir: string): StoreFiles {
  const database = join(dataDir, 'organoscope.db');
  return {
    dataDir,
    database,
    wal: `${database}-wal`,
    shm: `${database}-shm`,
    epoch: join(dataDir, 'organoscope.epoch'),
  };
}

/** @throws StoreError `not-writable` */
export function prepareDirectory(dataDir: string): void {
  const probe = join(dataDir, `.write-probe-${process.pid}`);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeDurably(probe, 'probe');
    rmSync(probe, { force: true });
  } catch (error) {
    throw new StoreError(
      'not-writable',
      `The data directory ${dataDir} is not writable (${codeOf(error)}). Make it writable, or choose another with --data.`,
      { cause: error },
    );
  }
}

export function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A reader of the directory finds the whole copy under its name, or none. */
export function copyDurably(from: string, to: string): void {
  const unfinished = `${to}.unfinished`;
  copyFileSync(from, unfinished, constants.COPYFILE_FICLONE);
  const file = openSync(unfinished, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, to);
  syncDirectory(dirname(to));
}

/** Makes a created or renamed file survive a power cut: its name is in the directory. */
export function syncDirectory(dataDir: string): void {
  const directory = openSync(dataDir, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const HEADER_BYTES = 100;
/** Small enough to be read through at every start; a larger one waits for the doctor. */
const MAX_QUICK_CHECK_BYTES = 64 * 1024 * 1024;

/**
 * Refuses a damaged store before it is opened for writing, so that its files stay as they are.
 * SQLite itself takes an emptied database for a new one.
 * @throws StoreError `corrupt`
 */
export function inspectFiles(files: StoreFiles): void {
  const bytes = sizeOf(files.database);
  const walBytes = sizeOf(files.wal);
  if (bytes === 0) {
    if (walBytes === 0 && !existsSync(files.epoch)) return;
    throw damaged(files, 'it is missing or empty while other files of the store are there');
  }
  const header = readHeader(files.database);
  if (!header.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) {
    throw damaged(files, 'its header is not that of an SQLite database');
  }
  if (walBytes === 0 && bytes < expectedBytes(header)) {
    throw damaged(files, `it ends after ${bytes} of ${expectedBytes(header)} bytes`);
  }
  if (bytes <= MAX_QUICK_CHECK_BYTES) checkPages(files);
}

/** Read-only, because the last writer to close would write the log back into the damaged file. */
function checkPages(files: StoreFiles): void {
  const hadLog = existsSync(files.wal);
  let found: unknown;
  try {
    const db = new Database(files.database, { readonly: true });
    try {
      found = db.pragma('quick_check(1)', { simple: true });
    } finally {
      db.close();
    }
  } catch (error) {
    const { code, message } = toStoreError(error, `read ${files.database}`);
    if (code !== 'corrupt') throw new StoreError(code, message, { cause: error });
    throw damaged(files, message);
  } finally {
    // A reader leaves an empty log behind, which only a writer takes away.
    if (!hadLog) for (const path of [files.wal, files.shm]) rmSync(path, { force: true });
  }
  if (found !== 'ok') throw damaged(files, String(found));
}

function damaged(files: StoreFiles, reason: string): StoreError {
  return new StoreError(
    'corrupt',
    `The database ${files.database} is damaged: ${reason}. Nothing was changed; keep the files, and restore a backup or choose another directory with --data.`,
  );
}

export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

/** Page size at offset 16 (1 stands for 65,536), page count at 28. */
function expectedBytes(header: Buffer): number {
  const pageSize = header.readUInt16BE(16);
  return (pageSize === 1 ? 65_536 : pageSize) * header.readUInt32BE(28);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return String(error);
}
