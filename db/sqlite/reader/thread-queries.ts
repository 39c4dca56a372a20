import type { Page, StoredThread, ThreadQuery } from '#db/store.ts';

import { storedName } from '../stored-text.ts';
import { likeAnywhere, likeInJson } from './like-pattern.ts';
import type { Lookups } from './lookups.ts';
import type { Param, Statements } from './statements.ts';

/** Shown per thread; a thread that thousands spoke in is not made clearer by their names. */
const MAX_PARTICIPANTS = 1000;

const COLUMNS = `t.id, t.name, t.status, t.message_count AS messageCount, t.created_at AS createdAt,
  t.last_activity AS lastActivity, t.error, t.parent_thread AS parentThread, t.conversation,
  t.budget_max_tokens AS budgetMaxTokens, t.budget_prompt_tokens AS budgetPromptTokens,
  t.budget_completion_tokens AS budgetCompletionTokens,
  t.budget_total_tokens AS budgetTotalTokens, t.budget_read_at AS budgetReadAt,
  t.total_tokens AS totalTokens, t.cost_nanos AS costNanos,
  t.unpriced_requests AS unpricedRequests`;

const SORT_COLUMNS: Readonly<Record<NonNullable<ThreadQuery['sort']>, string>> = {
  activity: 't.last_activity',
  created: 't.created_at',
  messages: 't.message_count',
  tokens: 't.total_tokens',
  cost: 't.cost_nanos',
  // Hottest by share of the limit; no reading and no limit are both coldest.
  budget: `CASE WHEN t.budget_max_tokens > 0
    THEN 1.0 * t.budget_total_tokens / t.budget_max_tokens ELSE -1 END`,
};

interface Row {
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

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

export function listThreads(deps: Deps, query: ThreadQuery): Page<StoredThread> {
  const { statements, lookups } = deps;
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return { rows: [], total: 0 };
  const { where, params } = conditions(lookups, organism, query);
  const direction = query.direction === 'asc' ? 'ASC' : 'DESC';
  const column = SORT_COLUMNS[query.sort ?? 'activity'];
  const rows = statements.all<Row>(
    `SELECT ${COLUMNS} FROM threads t WHERE ${where}
     ORDER BY ${column} ${direction}, t.id ${direction} LIMIT ? OFFSET ?`,
    [...params, query.limit, query.offset],
  );
  const count = statements.get<{ total: number }>(
    `SELECT count(*) AS total FROM threads t WHERE ${where}`,
    params,
  );
  return {
    rows: rows.map((row) => toThread(deps, query.organismId, row)),
    total: count?.total ?? 0,
  };
}

export function getThread(deps: Deps, organismId: string, threadId: string): StoredThread | null {
  const [organism] = deps.lookups.organismIds(organismId);
  if (organism === undefined) return null;
  const row = deps.statements.get<Row>(
    `SELECT ${COLUMNS} FROM threads t WHERE t.organism_id = ? AND t.name = ?`,
    [organism, storedName(threadId)],
  );
  return row === undefined ? null : toThread(deps, organismId, row);
}

function conditions(
  lookups: Lookups,
  organism: number,
  query: ThreadQuery,
): { where: string; params: Param[] } {
  const where = ['t.organism_id = ?'];
  const params: Param[] = [organism];
  const add = (sql: string, ...values: Param[]) => {
    where.push(sql);
    params.push(...values);
  };
  if (query.status !== undefined) add('t.status = ?', storedName(query.status));
  if (query.activeSince !== undefined) add('t.last_activity >= ?', query.activeSince);
  if (query.agent !== undefined) {
    const [agent = -1] = lookups.idsOf('agents', [organism], query.agent);
    add(
      'EXISTS (SELECT 1 FROM thread_agents p WHERE p.thread_id = t.id AND p.agent_id = ?)',
      agent,
    );
  }
  if (query.text !== undefined && query.text !== '') {
    const pattern = likeAnywhere(query.text);
    add(TEXT_CONDITION, pattern, pattern, pattern, likeInJson(query.text));
  }
  return { where: where.join(' AND '), params };
}

const TEXT_CONDITION = `(t.name LIKE ? ESCAPE '\\' OR t.error LIKE ? ESCAPE '\\'
  OR EXISTS (SELECT 1 FROM thread_agents p JOIN agents a ON a.id = p.agent_id
    WHERE p.thread_id = t.id AND a.name LIKE ? ESCAPE '\\')
  OR EXISTS (SELECT 1 FROM messages m JOIN journal j ON j.seq = m.seq
    WHERE m.thread_id = t.id AND (j.body -> '$.payload') LIKE ? ESCAPE '\\'))`;

function toThread({ statements }: Deps, organismId: string, row: Row): StoredThread {
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
