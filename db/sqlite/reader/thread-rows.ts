import type { StoredThread } from '#db/store.ts';

import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';

/** Shown per thread; a thread that thousands spoke in is not made clearer by their names. */
const MAX_PARTICIPANTS = 1000;

/** Selects what `toThread` reads; goes with `FROM threads t`. */
const THREAD_COLUMNS = `t.id, t.name, t.status, t.message_count AS messageCount, t.created_at AS createdAt,
  t.last_activity AS lastActivity, t.error, t.parent_thread AS parentThread, t.conversation,
  t.budget_max_tokens AS budgetMaxTokens, t.budget_prompt_tokens AS budgetPromptTokens,
  t.budget_completion_tokens AS budgetCompletionTokens,
  t.budget_total_tokens AS budgetTotalTokens, t.budget_read_at AS budgetReadAt,
  t.total_tokens AS totalTokens, t.cost_nanos AS costNanos,
  t.unpriced_requests AS unpricedRequests`;

interface ThreadRow {
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

/**
 * The threads of these small keys, in this order. Two statements for all of them: better-sqlite3 takes
 * as long to begin one as to read several rows.
 */
export function readThreads(
  { statements, lookups }: { statements: Statements; lookups: Lookups },
  organismId: string,
  ids: readonly number[],
): StoredThread[] {
  const wanted = [JSON.stringify(ids)];
  const rows = statements.all<ThreadRow>(
    `SELECT ${THREAD_COLUMNS} FROM json_each(?) place CROSS JOIN threads t ON t.id = place.value`,
    wanted,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const participants = new Map(ids.map((id): [number, string[]] => [id, []]));
  for (const [thread = 0, agent = 0] of statements.rows(PARTICIPANTS_SQL, wanted)) {
    const name = lookups.nameOf('agents', agent);
    if (name !== null) participants.get(thread)?.push(name);
  }
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [toThread(organismId, row, participants.get(id) ?? [])];
  });
}

/** In the order they were first seen. */
const PARTICIPANTS_SQL = `SELECT p.thread_id, p.agent_id FROM json_each(?) place
  CROSS JOIN thread_agents p ON p.thread_id = place.value AND p.agent_id <= coalesce(
    (SELECT agent_id FROM thread_agents WHERE thread_id = place.value
     ORDER BY agent_id LIMIT 1 OFFSET ${MAX_PARTICIPANTS - 1}), ${Number.MAX_SAFE_INTEGER})
  ORDER BY p.thread_id, p.agent_id`;

function toThread(
  organismId: string,
  row: ThreadRow,
  participants: readonly string[],
): StoredThread {
  return {
    organismId,
    id: row.name,
    status: row.status,
    participants,
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
