import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Every event once, in order. A source's key is there once, for ever: it is what makes a resend
 * harmless. The writer sees to it by way of the hash, as a unique index over the keys themselves
 * would be three times as large, and as scattered.
 */
export const journal = sqliteTable('journal', {
  seq: integer().primaryKey(),
  sourceId: integer('source_id').notNull(),
  organismId: integer('organism_id').notNull(),
  /** See event-codes.ts. */
  type: integer().notNull(),
  key: text().notNull(),
  occurredAt: real('occurred_at').notNull(),
  receivedAt: real('received_at').notNull(),
  /** What the other columns and the ledger do not hold, as JSON. */
  body: text().notNull(),
  /** See key-hash.ts: the same for two keys now and then. */
  keyHash: integer('key_hash').notNull(),
  /** See row-check.ts. Null on rows from before there was one: nothing can be said of those. */
  rowCheck: integer('row_check'),
  /** Name of the redaction catalogue's version. */
  catalogueId: integer('catalogue_id').notNull(),
});

/**
 * The key index, without the newest keys: those up to the position `keys_seq` in meta are here. It
 * is WITHOUT ROWID, which Drizzle cannot say: the generated migration was given those words.
 */
export const journalKeys = sqliteTable(
  'journal_keys',
  { hash: integer().notNull(), seq: integer().notNull() },
  (table) => [primaryKey({ columns: [table.hash, table.seq] })],
);
