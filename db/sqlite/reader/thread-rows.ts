import type { StoredThread } from '#db/store.ts';

import type { Statements } from './statements.ts';

/** Shown per thread; a thread that thousands spoke in is not made clearer by their names. */
const MAX_PARTICIPANTS = 1000;

/** Selects what `toThread` reads; goes with `FROM threads t`. */
export const THREAD_COLUMNS = `t.id, t.name, t.status, t.message_count AS messageCount, t.created_at AS createdAt,
  t.last_activity AS lastActivity, t.error, t.parent_thread AS parentThread, t.conversation,
  t.budget_max_tokens AS budgetMaxTokens, t.budget_prompt_tokens AS budgetPromptTokens,
  t.budget_completion_tokens AS budgetCompletionTokens,
  t.budget_total_tokens AS budgetTotalTokens, t.budget_read_at AS budgetReadAt,
  t.total_tokens AS totalTokens, t.cost_nanos AS costNanos,
  t.unpriced_requests AS unpricedRequests`;

export interface ThreadRow {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly messageCount: number;
  readonly createdAt: number | null;
  readonly lastActivity: number | null;
  readonly error: string | null;
  readonly parentThread: string | null;
  readonly conversation: string | null;
  readonly budgetMaxTokens: number | null;
  readonly budgetPromptTokens: number | null;
  readonly budgetCompletionTokens: number | null;
  readonly budgetTotalTokens: number | null;
  readonly budgetReadAt: number | null;
  readonly totalTokens: number;
  readonly costNanos: number;
  readonly unpricedRequests: number;
}

export function toThread(statements: Statements, organismId: string, row: ThreadRow): StoredThread {
  const participants = statements.all<{ name: string }>(
    `SELECT a.name FROM thread_agents p JOIN agents a ON a.id = p.agent_id
     WHERE p.thread_id = ? ORDER BY p.agent_id LIMIT ${MAX_PARTICIPANTS}`,
    [row.id],
  );
  return {
    organismId,
    id: row.name,
    status: row.status,
    participants: participants.map((participant) => participant.name),
    messageCount: row.messageCount,
    createdAt: row.createdAt,
    lastActivity: row.lastActivity,
    error: row.error,
    parentThread: row.parentThread,
    conversation: row.conversation,
    budget:
      row.budgetReadAt === null
        ? null
        : {
            maxTokens: row.budgetMaxTokens ?? 0,
            promptTokens: row.budgetPromptTokens ?? 0,
            completionTokens: row.budgetCompletionTokens ?? 0,
            totalTokens: row.budgetTotalTokens ?? 0,
            readAt: row.budgetReadAt,
          },
    totalTokens: row.totalTokens,
    costNanos: row.costNanos,
    unpricedRequests: row.unpricedRequests,
  };
}
