import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { StoreError } from '#db/store.ts';

/** The files of a store. */
export interface StoreFiles {
  readonly dataDir: string;
  readonly database: string;
  readonly wal: string;
  readonly shm: string;
  /** Written once the database exists: an empty database beside it is a loss, not a new start. */
  readonly epoch: string;
  /** See commit-marks.ts. */
  readonly marks: string;
  /** See search/search-database.ts. */
  readonly search: string;
}

export function storeFiles(dataDir: string): StoreFiles {
  const database = join(dataDir, 'organoscope.db');
  return {
    dataDir,
    database,
    wal: `${database}-wal`,
    shm: `${database}-shm`,
    epoch: join(dataDir, 'organoscope.epoch'),
    marks: join(dataDir, 'organoscope.marks'),
    search: join(dataDir, 'organoscope.search'),
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

export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return String(error);
}
