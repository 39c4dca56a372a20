import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The audit of what went the other way. */
export const commands = sqliteTable('commands', {
  id: integer().primaryKey({ autoIncrement: true }),
  organismId: text('organism_id').notNull(),
  source: text().notNull(),
  command: text().notNull(),
  target: text().notNull(),
  body: text().notNull(),
  actor: text().notNull(),
  requestedAt: real('requested_at').notNull(),
  outcome: text({ enum: ['requested', 'answered', 'refused', 'unknown'] }).notNull(),
  status: integer(),
  answer: text().notNull(),
  finishedAt: real('finished_at'),
});
