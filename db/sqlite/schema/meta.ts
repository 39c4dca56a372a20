import { integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Facts about the store itself: its epoch and the last position it gave out. */
export const meta = sqliteTable('meta', {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** Small keys for the texts the ledger repeats: models, providers, orgs, users, payload types. */
export const names = sqliteTable(
  'names',
  { id: integer().primaryKey(), text: text().notNull() },
  (table) => [uniqueIndex('names_text').on(table.text)],
);
