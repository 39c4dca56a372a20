import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** received = accepted + duplicate + rejected; `received` is their sum and has no column. */
export const sources = sqliteTable(
  'sources',
  {
    id: integer().primaryKey(),
    name: text().notNull(),
    accepted: integer().notNull(),
    duplicate: integer().notNull(),
    rejected: integer().notNull(),
    lastReceivedAt: real('last_received_at'),
    /** The last reject as JSON: the quarantine may have let go of its row. */
    lastReject: text('last_reject'),
  },
  (table) => [uniqueIndex('sources_name').on(table.name)],
);

/** Redactions by label, per source: only counts are kept, never the match. */
export const redactions = sqliteTable(
  'redactions',
  {
    sourceId: integer('source_id').notNull(),
    label: text().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.label] })],
);

/** Where each source goes on after a restart. */
export const cursors = sqliteTable(
  'cursors',
  {
    sourceId: integer('source_id').notNull(),
    name: text().notNull(),
    value: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.name] })],
);

/** The newest rejects; older ones are let go, their count is not. */
export const quarantine = sqliteTable(
  'quarantine',
  {
    id: integer().primaryKey(),
    sourceId: integer('source_id').notNull(),
    reason: text().notNull(),
    detail: text().notNull(),
    sample: text().notNull(),
    receivedAt: real('received_at').notNull(),
  },
  (table) => [index('quarantine_source').on(table.sourceId)],
);
