import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import Database from 'better-sqlite3';

import { migrateDatabase } from '#db/sqlite/migrate.ts';
import { sizeOf, storeFiles } from '#db/sqlite/store-files.ts';
import { findDamagedRows } from '#db/sqlite/upkeep/check-database.ts';
import { readEpoch } from '#db/sqlite/writer/commit-counter.ts';

const MIGRATIONS = path.join(import.meta.dirname, '../../db/sqlite/migrations');
/** Drawn anew by the migration that brings them, or counted by the process that opens the store. */
const OWN_META = "'epoch', 'key_seed', 'commit_no', 'marks_epoch', 'probed_at'";
const DERIVED_COLUMNS = new Set(['key_hash', 'hash']);

interface MigrationJournal {
  readonly entries: readonly { readonly tag: string }[];
}

function readJournal(): MigrationJournal {
  return JSON.parse(readFileSync(path.join(MIGRATIONS, 'meta/_journal.json'), 'utf8'));
}

/** How many schemas there have been: the last one is this build's. */
export function countSchemas(): number {
  return readJournal().entries.length;
}

/** A store in `target` as a release of that schema left it, with the rows of the store in `source`. */
export function makeOldStore(target: string, schema: number, source: string): void {
  mkdirSync(target, { recursive: true });
  if (schema === 0) return;
  const db = new Database(storeFiles(target).database);
  migrateDatabase(db, {
    folder: firstMigrations(path.join(target, '..', `only-${schema}`), schema),
  });
  db.exec(`ATTACH '${storeFiles(source).database}' AS late`);
  // Facts that later releases keep are not there yet.
  const known = db.prepare<[], string>('SELECT key FROM meta').pluck().all();
  for (const table of tableNames(db)) copyTable(db, table);
  const kept = ['epoch', 'last_seq', ...known];
  db.prepare(`DELETE FROM meta WHERE key NOT IN (${kept.map(() => '?').join(', ')})`).run(kept);
  db.close();
  cpSync(storeFiles(source).epoch, storeFiles(target).epoch);
}

function firstMigrations(folder: string, count: number): string {
  mkdirSync(path.join(folder, 'meta'), { recursive: true });
  const journal = readJournal();
  const entries = journal.entries.slice(0, count);
  writeFileSync(path.join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  for (const { tag } of entries) {
    cpSync(path.join(MIGRATIONS, `${tag}.sql`), path.join(folder, `${tag}.sql`));
  }
  return folder;
}

/** A column that has gone since gets a number: nothing reads it any more. */
function copyTable(db: Database.Database, table: string): void {
  const known = new Set(columnNames(db, 'late', table));
  if (known.size === 0) return;
  const columns = columnNames(db, 'main', table);
  const values = columns.map((column) => (known.has(column) ? column : '4711'));
  db.exec(`INSERT OR REPLACE INTO main.${table} (${columns.join(', ')})
    SELECT ${values.join(', ')} FROM late.${table}`);
}

/** Everything a store says: its schema, and its rows by table. */
export interface StoreText {
  readonly schemaVersion: number;
  /** Null: it has none yet. */
  readonly epoch: string | null;
  readonly schema: string;
  readonly rows: string;
  /** More than none when rows are not what their check values say. */
  readonly damagedRows: number;
}

const NOTHING: StoreText = {
  schemaVersion: 0,
  epoch: null,
  schema: '[]',
  rows: '[]',
  damagedRows: 0,
};

export function readStoreText(dataDir: string): StoreText {
  if (sizeOf(storeFiles(dataDir).database) === 0) return NOTHING;
  const db = new Database(storeFiles(dataDir).database, { readonly: true });
  try {
    const tables = tableNames(db);
    const sql = `SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`;
    const count = 'SELECT count(*) FROM __drizzle_migrations';
    const isMigrated = columnNames(db, 'main', '__drizzle_migrations').length > 0;
    return {
      schemaVersion: isMigrated ? Number(db.prepare(count).pluck().get()) : 0,
      epoch: readEpoch(db),
      schema: JSON.stringify(db.prepare(sql).all()),
      rows: JSON.stringify(tables.map((table) => [table, readTable(db, table)])),
      damagedRows: isMigrated ? findDamagedRows(db).length : 0,
    };
  } finally {
    db.close();
  }
}

function readTable(db: Database.Database, table: string): unknown {
  const columns = columnNames(db, 'main', table).filter((column) => !DERIVED_COLUMNS.has(column));
  const filter = table === 'meta' ? `WHERE key NOT IN (${OWN_META})` : '';
  const order = columns.map((_, i) => i + 1).join(', ');
  return db
    .prepare(`SELECT ${columns.join(', ')} FROM ${table} ${filter} ORDER BY ${order}`)
    .raw()
    .all();
}

function tableNames(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '__drizzle_migrations'
         AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`,
    )
    .pluck()
    .all();
}

function columnNames(db: Database.Database, schema: 'main' | 'late', table: string): string[] {
  return db
    .prepare<[string, string], string>('SELECT name FROM pragma_table_info(?, ?)')
    .pluck()
    .all(table, schema);
}
