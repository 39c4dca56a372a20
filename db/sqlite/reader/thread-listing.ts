import type { ThreadQuery } from '#db/store.ts';

import { BUDGET_SHARE } from '../budget-share.ts';
import { storedName } from '../stored-text.ts';
import type { Lookups } from './lookups.ts';
import type { Listing } from './places.ts';
import type { Param, Statements } from './statements.ts';

/** Threads as filtered, in their order, and how they are found. */
export interface ThreadListing extends Listing {
  /** How many there are; undefined where they must be counted. */
  readonly total: number | undefined;
  /** As `from`, by whichever index has the least to look up; with the same parameters. */
  readonly countedFrom: string;
  /** Whether counting looks each of them up elsewhere: then not all are counted. */
  readonly isCountDear: boolean;
  /** Whether they are read in their order, so that a page costs the same at any depth. */
  readonly isInOrder: boolean;
}

interface Order {
  readonly value: string;
  readonly isNullable: boolean;
  /** In this order; it also has the status of each thread. */
  readonly index: string;
}

const ORDERS: Readonly<Record<NonNullable<ThreadQuery['sort']>, Order>> = {
  activity: { value: 't.last_activity', isNullable: true, index: 'threads_activity' },
  created: { value: 't.created_at', isNullable: true, index: 'threads_created' },
  messages: { value: 't.message_count', isNullable: false, index: 'threads_messages' },
  tokens: { value: 't.total_tokens', isNullable: false, index: 'threads_tokens' },
  cost: { value: 't.cost_nanos', isNullable: false, index: 'threads_cost' },
  // Hottest by share of the limit; no reading and no limit are both coldest.
  budget: { value: BUDGET_SHARE, isNullable: false, index: 'threads_budget' },
};

/** Of an agent in no more threads than this, all are read and put in order. */
const MAX_SORTED_THREADS = 3000;

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

export function describeThreads(deps: Deps, organism: number, query: ThreadQuery): ThreadListing {
  const { index, ...order } = ORDERS[query.sort ?? 'activity'];
  const direction = query.direction === 'asc' ? 'ASC' : 'DESC';
  return {
    id: 't.id',
    ...order,
    direction,
    // In the index of the newest activity the id is not beside it, but hardly two are at one instant.
    hasManyTies: index !== ORDERS.activity.index,
    ...(query.agent === undefined
      ? findByFacts(deps, organism, { query, index })
      : findByAgent(deps, organism, { query, index, agent: query.agent })),
  };
}

type Found = Pick<
  ThreadListing,
  'from' | 'params' | 'total' | 'countedFrom' | 'isCountDear' | 'isInOrder'
>;

/** The newest activity is a stretch of its index, which has every value that is sorted by. */
function findByFacts(
  { statements, lookups }: Deps,
  organism: number,
  { query, index }: { query: ThreadQuery; index: string },
): Found {
  const { where, params } = conditions(organism, query);
  const all = lookups.countThreads(organism);
  const { activeSince, sort = 'activity' } = query;
  const total = params.length === 1 ? all : undefined;
  const ordered = `FROM threads t INDEXED BY ${index} WHERE ${where}`;
  const inOrder = {
    from: ordered,
    params,
    total,
    countedFrom: ordered,
    isCountDear: false,
    isInOrder: true,
  };
  if (activeSince === undefined || sort === 'activity') return inOrder;
  const count = `SELECT count(*) AS total FROM threads INDEXED BY threads_activity
    WHERE organism_id = ? AND last_activity >= ?`;
  const active = statements.get<{ total: number }>(count, [organism, activeSince])?.total ?? 0;
  const stretch = `FROM threads t INDEXED BY threads_activity WHERE ${where}`;
  const found = {
    ...inOrder,
    total: params.length === 2 ? active : undefined,
    countedFrom: stretch,
  };
  // Where most are active, whatever comes next in order is soon one of them; but not of the oldest.
  const isOldestFirst = sort === 'created' && query.direction === 'asc';
  if (active * 2 >= all && !isOldestFirst) return found;
  return { ...found, from: stretch, isInOrder: false };
}

function findByAgent(
  deps: Deps,
  organism: number,
  { query, index, agent }: { query: ThreadQuery; index: string; agent: string },
): Found {
  const { statements, lookups } = deps;
  const { where, params } = conditions(organism, query);
  const [id = -1] = lookups.idsOf('agents', [organism], agent);
  const count = 'SELECT count(*) AS total FROM thread_agents WHERE agent_id = ?';
  const ofAgent = statements.get<{ total: number }>(count, [id])?.total ?? 0;
  const total = params.length === 1 ? ofAgent : undefined;
  if (ofAgent <= MAX_SORTED_THREADS) {
    const from = `FROM thread_agents p CROSS JOIN threads t ON t.id = p.thread_id
      WHERE p.agent_id = ? AND ${where}`;
    const counted = { total, countedFrom: from, isCountDear: false };
    return { from, params: [id, ...params], ...counted, isInOrder: true };
  }
  const isPartOf = 'SELECT 1 FROM thread_agents p WHERE p.thread_id = t.id AND p.agent_id = ?';
  const found = findByFacts(deps, organism, { query, index });
  return {
    from: `${found.from} AND EXISTS (${isPartOf})`,
    params: [...params, id],
    total,
    countedFrom: `${found.countedFrom} AND EXISTS (${isPartOf})`,
    isCountDear: true,
    isInOrder: found.isInOrder,
  };
}

function conditions(organism: number, query: ThreadQuery): { where: string; params: Param[] } {
  const where = ['t.organism_id = ?'];
  const params: Param[] = [organism];
  const add = (sql: string, value: Param) => {
    where.push(sql);
    params.push(value);
  };
  if (query.status !== undefined) add('t.status = ?', storedName(query.status));
  if (query.activeSince !== undefined) add('t.last_activity >= ?', query.activeSince);
  return { where: where.join(' AND '), params };
}
