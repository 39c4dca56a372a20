import type { PlacedPage, StoredThread, ThreadQuery } from '#db/store.ts';

import { storedName } from '../stored-text.ts';
import type { Lookups } from './lookups.ts';
import type { Listing } from './places.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Param, Statements } from './statements.ts';
import type { ThreadRow } from './thread-rows.ts';
import { THREAD_COLUMNS, toThread } from './thread-rows.ts';
import { listThreadsWithText } from './thread-text.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

interface Order {
  readonly value: string;
  readonly isNullable: boolean;
}

/**
 * All of them columns of the index `threads_activity`: the newest activity is found by its place in
 * it, the other orders by reading it through, about 50 ns a thread.
 */
const ORDERS: Readonly<Record<NonNullable<ThreadQuery['sort']>, Order>> = {
  activity: { value: 't.last_activity', isNullable: true },
  created: { value: 't.created_at', isNullable: true },
  messages: { value: 't.message_count', isNullable: false },
  tokens: { value: 't.total_tokens', isNullable: false },
  cost: { value: 't.cost_nanos', isNullable: false },
  // Hottest by share of the limit; no reading and no limit are both coldest.
  budget: {
    value: `CASE WHEN t.budget_max_tokens > 0
      THEN 1.0 * t.budget_total_tokens / t.budget_max_tokens ELSE -1 END`,
    isNullable: false,
  },
};

export function listThreads(deps: Deps, query: ThreadQuery): PlacedPage<StoredThread> {
  const { statements, lookups } = deps;
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return { rows: [], total: 0, next: null };
  const { where, params } = conditions(lookups, organism, query);
  const listing: Listing = {
    from: `FROM threads t WHERE ${where}`,
    params,
    id: 't.id',
    ...ORDERS[query.sort ?? 'activity'],
    direction: query.direction === 'asc' ? 'ASC' : 'DESC',
  };
  const { text = '' } = query;
  const { places, ...total } =
    text === ''
      ? listAll(statements, listing, query)
      : listThreadsWithText(statements, listing, { ...query, text, organism });
  return {
    rows: places.flatMap(
      ({ id }) => readThread(deps, query.organismId, { where: 't.id = ?', params: [id] }) ?? [],
    ),
    ...total,
    next: nextPlace(places, query.limit),
  };
}

function listAll(statements: Statements, listing: Listing, query: ThreadQuery) {
  const count = `SELECT count(*) AS total ${listing.from}`;
  return {
    places: listPlaces(statements, listing, query),
    total: statements.get<{ total: number }>(count, listing.params)?.total ?? 0,
  };
}

export function getThread(deps: Deps, organismId: string, threadId: string): StoredThread | null {
  const [organism] = deps.lookups.organismIds(organismId);
  if (organism === undefined) return null;
  return readThread(deps, organismId, {
    where: 't.organism_id = ? AND t.name = ?',
    params: [organism, storedName(threadId)],
  });
}

function readThread(
  { statements }: Deps,
  organismId: string,
  { where, params }: { where: string; params: readonly Param[] },
): StoredThread | null {
  const sql = `SELECT ${THREAD_COLUMNS} FROM threads t WHERE ${where}`;
  const row = statements.get<ThreadRow>(sql, params);
  return row === undefined ? null : toThread(statements, organismId, row);
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
    add('t.id IN (SELECT thread_id FROM thread_agents WHERE agent_id = ?)', agent);
  }
  return { where: where.join(' AND '), params };
}
