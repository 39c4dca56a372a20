import type { PlacedPage, StoredThread, ThreadQuery } from '#db/store.ts';

import { storedName } from '../stored-text.ts';
import type { Lookups } from './lookups.ts';
import type { Listing } from './places.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Param, Statements } from './statements.ts';
import { readThreads } from './thread-rows.ts';
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
      ? listAll(deps, { ...listing, organism, isWhole: params.length === 1 }, query)
      : listThreadsWithText(statements, listing, { ...query, text, organism });
  return {
    rows: readThreads(
      deps,
      query.organismId,
      places.map(({ id }) => id),
    ),
    ...total,
    next: nextPlace(places, query.limit),
  };
}

function listAll(
  { statements, lookups }: Deps,
  { organism, isWhole, ...listing }: Listing & { organism: number; isWhole: boolean },
  query: ThreadQuery,
) {
  const count = `SELECT count(*) AS total ${listing.from}`;
  const total = isWhole
    ? lookups.countThreads(organism)
    : (statements.get<{ total: number }>(count, listing.params)?.total ?? 0);
  const isInOrder = (query.sort ?? 'activity') === 'activity';
  const bounded = isInOrder ? listing : boundBySample(statements, listing, query);
  return { places: listPlaces(statements, bounded, query), total };
}

/** Threads whose values are looked at to see how far a page reaches at most. */
const SAMPLED_THREADS = 2000;

/**
 * Leaves out what cannot be on the page: as many threads as it has places for are before or at the
 * bound, for that many were found among those of the newest activity. SQLite then only compares most
 * threads with it, instead of keeping its best ones sorted while it reads.
 */
function boundBySample(statements: Statements, listing: Listing, query: ThreadQuery): Listing {
  const { from, params, value, id, isNullable, direction } = listing;
  const isAscending = direction === 'ASC';
  // Nulls come first then, and no bound includes them.
  if (isNullable && isAscending) return listing;
  const { limit, after } = query;
  if (after?.value === null) return listing;
  const behind = after === undefined ? '' : `WHERE (value, id) ${isAscending ? '>' : '<'} (?, ?)`;
  const offset = after === undefined ? query.offset : 0;
  const sample = `SELECT value FROM (
      SELECT ${value} AS value, ${id} AS id ${from}
      ORDER BY t.last_activity DESC LIMIT ${SAMPLED_THREADS}
    ) ${behind} ORDER BY value ${direction} LIMIT 1 OFFSET ?`;
  const bound = statements.get<{ value: number | null }>(sample, [
    ...params,
    ...(after === undefined ? [] : [after.value, after.id]),
    offset + limit - 1,
  ])?.value;
  if (bound === undefined || bound === null) return listing;
  const sign = isAscending ? '<=' : '>=';
  return { ...listing, from: `${from} AND ${value} ${sign} ?`, params: [...params, bound] };
}

export function getThread(deps: Deps, organismId: string, threadId: string): StoredThread | null {
  const ids = deps.lookups.idsOf('threads', deps.lookups.organismIds(organismId), threadId);
  return readThreads(deps, organismId, ids)[0] ?? null;
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
