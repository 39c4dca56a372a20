import { index, integer, real, sqliteTable } from 'drizzle-orm/sqlite-core';

/** Where messages are, by everything they are listed by; the text is in the journal. */
export const messages = sqliteTable(
  'messages',
  {
    seq: integer().primaryKey(),
    organismId: integer('organism_id').notNull(),
    threadId: integer('thread_id').notNull(),
    /** 0: the source named none. */
    fromId: integer('from_id').notNull(),
    toId: integer('to_id').notNull(),
    payloadTypeId: integer('payload_type_id').notNull(),
    occurredAt: real('occurred_at').notNull(),
  },
  (table) => [
    index('messages_organism').on(table.organismId, table.occurredAt),
    index('messages_thread').on(table.threadId, table.occurredAt),
    index('messages_from').on(table.fromId, table.occurredAt),
    index('messages_to').on(table.toId, table.occurredAt),
  ],
);

/** Messages that were told again with more in them, and the position of the newest telling. */
export const amendedMessages = sqliteTable(
  'amended_messages',
  { seq: integer().primaryKey(), bySeq: integer('by_seq').notNull() },
  (table) => [index('amended_messages_by').on(table.bySeq)],
);
