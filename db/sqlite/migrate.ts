import { fileURLToPath } from 'node:url';

import type { MigrationMeta } from 'drizzle-orm/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';

import { StoreError } from '#db/store.ts';

import type { Connection } from './connection.ts';
import { addSqlFunctions } from './sql-functions.ts';
import { toStoreError } from './store-failure.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * Brings the database to this build's schema, all steps in one transaction: a process killed in the
 * middle leaves the old schema. Drizzle's own runner does the same, but loading it takes longer than
 * all else a start does.
 * @param options.beforeChange called with the old version when a database with data is about to change
 * @returns the schema's version: how many migrations it has had
 * @throws StoreError `newer-schema` when a newer build has been here
 */
export function migrateDatabase(
  db: Connection,
  options: { folder?: string | undefined; beforeChange?: (version: number) => void } = {},
): number {
  const known = readMigrationFiles({ migrationsFolder: options.folder ?? MIGRATIONS });
  const applied = appliedMigrations(db);
  const pending = known.filter((migration) => migration.folderMillis > applied.newest);
  if (applied.newest > (known.at(-1)?.folderMillis ?? 0)) {
    throw new StoreError(
      'newer-schema',
      `The database ${db.name} was written by a newer Organoscope (schema ${applied.count}; this one knows ${known.length}). Use that version or a newer one, or choose another directory with --data.`,
    );
  }
  addSqlFunctions(db);
  if (pending.length > 0 && applied.count > 0) options.beforeChange?.(applied.count);
  try {
    if (pending.length > 0) db.transaction(() => runAll(db, pending)).immediate();
  } catch (error) {
    throw toStoreError(error, `bring ${db.name} to schema ${known.length}`);
  }
  return known.length;
}

/** How many migrations this build has. */
export function knownSchemaVersion(): number {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS }).length;
}

/** The table is Drizzle's, so that its tools know what has run. */
function runAll(db: Connection, migrations: readonly MigrationMeta[]): void {
  db.exec(`CREATE TABLE IF NOT EXISTS __drizzle_migrations (
    id INTEGER PRIMARY KEY, hash text NOT NULL, created_at numeric)`);
  const note = db.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)');
  for (const migration of migrations) {
    for (const statement of migration.sql) db.exec(statement);
    note.run(migration.hash, migration.folderMillis);
  }
}

function appliedMigrations(db: Connection): { count: number; newest: number } {
  const table = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE name = '__drizzle_migrations'",
    )
    .get();
  if (table === undefined) return { count: 0, newest: 0 };
  const row = db
    .prepare<[], { count: number; newest: number | null }>(
      'SELECT count(*) AS count, max(created_at) AS newest FROM __drizzle_migrations',
    )
    .get();
  return { count: row?.count ?? 0, newest: row?.newest ?? 0 };
}
