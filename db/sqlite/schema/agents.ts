import { integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** Agents, tools and every other name that stood at an end of a message. */
export const agents = sqliteTable(
  'agents',
  {
    id: integer().primaryKey(),
    organismId: integer('organism_id').notNull(),
    name: text().notNull(),
    description: text().notNull(),
    isAgent: integer('is_agent').notNull(),
    isRemoved: integer('is_removed').notNull(),
    state: text().notNull(),
    lastActivity: real('last_activity'),
    /** What the source counts. */
    messageCount: integer('message_count').notNull(),
    sent: integer().notNull(),
    received: integer().notNull(),
    /** Messages with this name at either end; one to itself counts once. */
    messagesSeen: integer('messages_seen').notNull(),
  },
  (table) => [uniqueIndex('agents_name').on(table.organismId, table.name)],
);
