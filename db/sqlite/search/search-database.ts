import { existsSync, rmSync } from 'node:fs';

import Database from 'better-sqlite3';

import type { Connection } from '../connection.ts';

/**
 * The words of messages and errors, in a file of its own: made from the journal and from nothing
 * else, so that it may be lost, is in no backup, and its writer never stands in the store's way.
 */

/** Another number, and the index of an earlier build is made anew. */
const INDEX_VERSION = '1';
const CACHE_KIB = 16 * 1024;

/**
 * Positions of the journal in one block. A page is looked for block by block in the order of time,
 * so that neither a common word nor a far page reads every place the word occurs.
 */
export const BLOCK_POSITIONS = 16_384;

/** Words of so many letters can be asked for by their beginning at the price of a whole word. */
export const LISTED_LETTERS = 2;

/**
 * Opens the index for its one writer; anew when it is damaged, or of another store or build.
 * @param epoch the store's: a restored or replaced one has other positions
 */
export function openSearchDatabase(file: string, epoch: string): Connection {
  try {
    const db = connect(file);
    if (isCurrent(db, epoch)) return db;
    db.close();
  } catch {
    // Whatever is wrong with it, it can be made again.
  }
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true });
  const db = connect(file);
  db.transaction(() => createSchema(db, epoch))();
  return db;
}

function connect(file: string): Connection {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  // After a power cut the newest words may be missing: they are read from the journal again.
  db.pragma('synchronous = NORMAL');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  return db;
}

function isCurrent(db: Connection, epoch: string, schema: '' | 'search.' = ''): boolean {
  const rows = db
    .prepare<[], { key: string; value: string }>(`SELECT key, value FROM ${schema}meta`)
    .all();
  const facts = new Map(rows.map(({ key, value }) => [key, value]));
  return facts.get('version') === INDEX_VERSION && facts.get('epoch') === epoch;
}

/**
 * The index holds words alone, neither texts nor where in them a word is; `ascii` splits at blanks
 * and leaves our words as they are. Words of two letters' beginnings are kept, as are typed first;
 * reader/word-match.ts says how longer ones are found.
 */
function createSchema(db: Connection, epoch: string): void {
  db.exec(`CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE blocks (block INTEGER PRIMARY KEY, first_at REAL NOT NULL, last_at REAL NOT NULL);
    CREATE VIRTUAL TABLE documents USING fts5(words, content='', contentless_delete=1,
      detail=none, prefix='${LISTED_LETTERS}', tokenize='ascii')`);
  const note = db.prepare<[string, string]>('INSERT INTO meta (key, value) VALUES (?, ?)');
  note.run('version', INDEX_VERSION);
  note.run('epoch', epoch);
  note.run('position', '0');
}

/** Up to which position of the journal every document is in the index. */
export function readPosition(db: Connection): number {
  const row = db
    .prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'position'")
    .get();
  return Number(row?.value ?? 0);
}

/**
 * Makes the index readable as `search` beside the store, and its words in order as `search_words`.
 * @returns false while there is none of this store
 */
export function attachSearch(db: Connection, file: string): boolean {
  const epoch = db
    .prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'")
    .get();
  if (epoch === undefined || !existsSync(file)) return false;
  try {
    db.prepare('ATTACH ? AS search').run(file);
  } catch {
    return false;
  }
  try {
    if (isCurrent(db, epoch.value, 'search.')) {
      db.exec(
        'CREATE VIRTUAL TABLE temp.search_words USING fts5vocab(search, documents, instance)',
      );
      return true;
    }
  } catch {
    // Not made yet, or damaged: its writer makes it anew.
  }
  db.exec('DETACH search');
  return false;
}
