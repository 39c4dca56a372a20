import { fileURLToPath } from 'node:url';

import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';

import { StoreError } from '#db/store.ts';

import type { Connection } from './connection.ts';
import { toStoreError } from './store-failure.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * Brings the database to this build's schema, all steps in one transaction.
 * @returns the schema's version: how many migrations it has had
 * @throws StoreError `newer-schema` when a newer build has been here
 */
export function migrateDatabase(db: Connection): number {
  const known = readMigrationFiles({ migrationsFolder: MIGRATIONS });
  const applied = appliedMigrations(db);
  const newest = known.at(-1)?.folderMillis ?? 0;
  if (applied.newest > newest) {
    throw new StoreError(
      'newer-schema',
      `The database ${db.name} was written by a newer Organoscope (schema ${applied.count}; this one knows ${known.length}). Use that version or a newer one, or choose another directory with --data.`,
    );
  }
  try {
    migrate(drizzle({ client: db }), { migrationsFolder: MIGRATIONS });
  } catch (error) {
    throw toStoreError(error, `bring ${db.name} to schema ${known.length}`);
  }
  return known.length;
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
