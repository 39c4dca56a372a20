import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

/** A StoreError as it crosses from a worker: class identity does not. */
export interface StoreFailure {
  readonly code: StoreError['code'];
  readonly message: string;
}

/** What SQLite or the file system said, in words a caller can act on; `doing` completes "Cannot …". */
export function toStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new StoreError(storeCodeOf(code), `Cannot ${doing}: ${reason}`, { cause: error });
}

export function toFailure(error: unknown, doing: string): StoreFailure {
  const { code, message } = toStoreError(error, doing);
  return { code, message };
}

export function fromFailure(failure: StoreFailure): StoreError {
  return new StoreError(failure.code, failure.message);
}

function storeCodeOf(code: string): StoreError['code'] {
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return 'not-writable';
  }
  if (isBusy(code)) return 'busy';
  return 'io';
}

export function isBusyError(error: unknown): boolean {
  return error instanceof Database.SqliteError && isBusy(error.code);
}

/** After a failed fsync the kernel may forget what it could not write: nothing may be acked again. */
export function isFatalError(error: unknown): boolean {
  if (!(error instanceof Database.SqliteError)) return false;
  const { code } = error;
  return (
    code === 'SQLITE_IOERR_FSYNC' ||
    code === 'SQLITE_IOERR_DIR_FSYNC' ||
    code === 'SQLITE_NOTADB' ||
    code.startsWith('SQLITE_CORRUPT')
  );
}

function isBusy(code: string): boolean {
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}
