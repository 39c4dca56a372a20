import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

import type { MarkRecord } from './commit-marks.ts';
import { newestMark, readCommitMarks } from './commit-marks.ts';
import type { Connection } from './connection.ts';
import { toStoreError } from './store-failure.ts';
import type { StoreFiles } from './store-files.ts';
import { sizeOf } from './store-files.ts';
import { readEpoch, readLastCommit } from './writer/commit-counter.ts';

const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const HEADER_BYTES = 100;
/** A fifth of a second to read through, at every start; a larger one is read in the background. */
const MAX_START_CHECK_BYTES = 128 * 1024 * 1024;

/**
 * Refuses a damaged store before it is opened for writing, so that its files stay as they are.
 * SQLite itself takes an emptied database for a new one, and a damaged log for a shorter one.
 * @param isOurs whether nobody else can be using the files: then none are left behind
 * @throws StoreError `corrupt`
 */
export function inspectFiles(files: StoreFiles, isOurs: boolean): void {
  // Before the database, which may be written to meanwhile: it is never behind what was read here.
  const marks = readCommitMarks(files.marks);
  const bytes = sizeOf(files.database);
  const walBytes = sizeOf(files.wal);
  if (bytes === 0) {
    if (walBytes === 0 && marks.length === 0 && !existsSync(files.epoch)) return;
    throw damaged(files, 'it is missing or empty while other files of the store are there');
  }
  const header = readHeader(files.database);
  if (!header.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) {
    throw damaged(files, 'its header is not that of an SQLite database');
  }
  if (walBytes === 0 && bytes < expectedBytes(header)) {
    throw damaged(files, `it ends after ${bytes} of ${expectedBytes(header)} bytes`);
  }
  const problem = lookInside(files, isOurs, (db) => {
    const found = bytes <= MAX_START_CHECK_BYTES ? checkPages(db) : null;
    return found ?? findLoss(db, marks);
  });
  if (problem !== null) throw damaged(files, problem);
}

/** Read-only, because the last writer to close would write the log back into the damaged file. */
function lookInside(
  files: StoreFiles,
  isOurs: boolean,
  look: (db: Connection) => string | null,
): string | null {
  const made = [files.wal, files.shm].filter((path) => !existsSync(path));
  try {
    const db = new Database(files.database, { readonly: true });
    try {
      return look(db);
    } finally {
      db.close();
    }
  } catch (error) {
    const { code, message } = toStoreError(error, `read ${files.database}`);
    if (code !== 'corrupt') throw new StoreError(code, message, { cause: error });
    return message;
  } finally {
    // A reader leaves an empty log behind, which only a writer takes away.
    if (isOurs) for (const path of made) rmSync(path, { force: true });
  }
}

function checkPages(db: Connection): string | null {
  const found: unknown = db.pragma('integrity_check(1)', { simple: true });
  return found === 'ok' ? null : String(found);
}

/** Whether the database is behind what was acknowledged. */
function findLoss(db: Connection, marks: readonly MarkRecord[]): string | null {
  if (marks.length === 0) return null;
  const epoch = readEpoch(db);
  const mark = epoch === null ? null : newestMark(marks, epoch);
  if (mark === null) return 'it is of another history than the commits recorded beside it';
  const last = readLastCommit(db);
  if (last.commitNo >= mark.commitNo && last.lastSeq >= mark.lastSeq) return null;
  const missing = Math.max(0, mark.lastSeq - last.lastSeq).toLocaleString('en-US');
  return `it ends with commit ${last.commitNo} and event ${last.lastSeq}, but commit ${mark.commitNo} was acknowledged when the newest event was ${mark.lastSeq}: ${missing} acknowledged events are missing`;
}

function damaged(files: StoreFiles, reason: string): StoreError {
  return new StoreError(
    'corrupt',
    `The database ${files.database} is damaged: ${reason}. Nothing was changed; keep the files. \`organoscope doctor\` says more, \`organoscope restore\` goes on from a backup, and --data chooses another directory.`,
  );
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
