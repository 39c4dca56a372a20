import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const organisms = sqliteTable('organisms', {
  id: integer().primaryKey(),
  /** The id we gave it. */
  name: text().notNull().unique(),
  /** What the organism calls itself. */
  title: text().notNull(),
  sourceId: integer('source_id').notNull(),
  lastSeq: integer('last_seq').notNull(),
  lastReceivedAt: real('last_received_at').notNull(),
  /** Rows in the journal, so that a total need not be counted. */
  events: integer().notNull(),
  messages: integer().notNull(),
  errors: integer().notNull(),
});

/** The last picture of each organism, so that a start need not replay its whole journal. */
export const snapshots = sqliteTable('snapshots', {
  organismId: text('organism_id').primaryKey(),
  seq: integer().notNull(),
  body: text().notNull(),
});
