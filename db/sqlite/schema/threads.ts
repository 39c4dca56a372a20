import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

import { BUDGET_SHARE } from '../budget-share.ts';

/** What is known of each thread, merged as the reducer merges it; `id` is our small key. */
export const threads = sqliteTable(
  'threads',
  {
    id: integer().primaryKey(),
    organismId: integer('organism_id').notNull(),
    /** The source's id of the thread. */
    name: text().notNull(),
    status: text().notNull(),
    messageCount: integer('message_count').notNull(),
    messagesSeen: integer('messages_seen').notNull(),
    createdAt: real('created_at'),
    lastActivity: real('last_activity'),
    error: text(),
    parentThread: text('parent_thread'),
    conversation: text(),
    budgetMaxTokens: integer('budget_max_tokens'),
    budgetPromptTokens: integer('budget_prompt_tokens'),
    budgetCompletionTokens: integer('budget_completion_tokens'),
    budgetTotalTokens: integer('budget_total_tokens'),
    budgetReadAt: real('budget_read_at'),
    totalTokens: integer('total_tokens').notNull(),
    /** Effective: our price where known, else the reported one. */
    costNanos: integer('cost_nanos').notNull(),
    unpricedRequests: integer('unpriced_requests').notNull(),
    /** Where the thread's usage lies in the journal, so that reading it need not scan the rest. */
    firstUsageSeq: integer('first_usage_seq'),
    lastUsageSeq: integer('last_usage_seq'),
  },
  (table) => [
    uniqueIndex('threads_name').on(table.organismId, table.name),
    // All that lists are filtered and sorted by, for filters that no index below has.
    index('threads_activity').on(
      table.organismId,
      table.lastActivity,
      table.status,
      table.createdAt,
      table.messageCount,
      table.totalTokens,
      table.costNanos,
      table.budgetTotalTokens,
      table.budgetMaxTokens,
    ),
    // A page is found by its place; the status behind it lets threads of another one be passed over.
    index('threads_created').on(table.organismId, table.createdAt, table.id, table.status),
    index('threads_messages').on(table.organismId, table.messageCount, table.id, table.status),
    index('threads_tokens').on(table.organismId, table.totalTokens, table.id, table.status),
    index('threads_cost').on(table.organismId, table.costNanos, table.id, table.status),
    index('threads_budget').on(table.organismId, sql.raw(BUDGET_SHARE), table.id, table.status),
  ],
);

/** Who took part in which thread; in the order of their ids, which is the order they were first seen. */
export const threadAgents = sqliteTable(
  'thread_agents',
  { threadId: integer('thread_id').notNull(), agentId: integer('agent_id').notNull() },
  (table) => [
    primaryKey({ columns: [table.threadId, table.agentId] }),
    index('thread_agents_agent').on(table.agentId),
  ],
);
