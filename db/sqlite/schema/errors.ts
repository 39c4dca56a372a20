import { index, integer, real, sqliteTable } from 'drizzle-orm/sqlite-core';

export const errors = sqliteTable(
  'errors',
  {
    seq: integer().primaryKey(),
    organismId: integer('organism_id').notNull(),
    /** 0: the source named none. */
    threadId: integer('thread_id').notNull(),
    agentId: integer('agent_id').notNull(),
    occurredAt: real('occurred_at').notNull(),
  },
  (table) => [
    index('errors_organism').on(table.organismId, table.occurredAt),
    index('errors_thread').on(table.threadId, table.occurredAt),
    index('errors_agent').on(table.agentId, table.occurredAt),
  ],
);
