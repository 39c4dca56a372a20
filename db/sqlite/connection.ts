import Database from 'better-sqlite3';

/**
 * How long SQLite itself waits for another process's lock. Short, because the wait blocks the
 * thread; the writer retries on its own clock.
 */
const BUSY_TIMEOUT_MS = 100;
/** 40 MB of log between checkpoints: the default of 1,000 pages costs a 10 ms commit p99. */
const AUTOCHECKPOINT_PAGES = 10_000;
/** The log file shrinks to this after a checkpoint. */
const JOURNAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024;
const WRITER_CACHE_KIB = 64 * 1024;
const READER_CACHE_KIB = 32 * 1024;

export type Connection = Database.Database;

/** FULL: a commit is on the disk before it is acknowledged; NORMAL would lose it in a power cut. */
export function openWriterConnection(path: string): Connection {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT_BYTES}`);
  db.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
  db.pragma('temp_store = MEMORY');
  return db;
}

export function openReaderConnection(path: string): Connection {
  const db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma(`cache_size = -${READER_CACHE_KIB}`);
  db.pragma('temp_store = MEMORY');
  return db;
}
