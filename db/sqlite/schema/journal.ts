import { integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Every event once, in order. `unique(source, key)` is for ever: it is what makes a resend harmless. */
export const journal = sqliteTable(
  'journal',
  {
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
    /** 52 bits over the canonical draft: tells a resend from another event with the same key. */
    digest: integer().notNull(),
    /** Name of the redaction catalogue's version. */
    catalogueId: integer('catalogue_id').notNull(),
  },
  (table) => [uniqueIndex('journal_source_key').on(table.sourceId, table.key)],
);
