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
      ? findByFacts(deps.lookups, organism, { query, index })
      : findByAgent(deps, organism, { query, index, agent: query.agent })),
  };
}

type Found = Pick<ThreadListing, 'from' | 'params' | 'total' | 'isInOrder'>;

/** The newest activity is a stretch of its index, which has every value that is sorted by. */
function findByFacts(
  lookups: Lookups,
  organism: number,
  { query, index }: { query: ThreadQuery; index: string },
): Found {
  const { where, params } = conditions(organism, query);
  const isInOrder = query.activeSince === undefined || (query.sort ?? 'activity') === 'activity';
  return {
    from: `FROM threads t INDEXED BY ${isInOrder ? index : 'threads_activity'} WHERE ${where}`,
    params,
    total: params.length === 1 ? lookups.countThreads(organism) : undefined,
    isInOrder,
  };
}

function findByAgent(
  { statements, lookups }: Deps,
  organism: number,
  { query, index, agent }: { query: ThreadQuery; index: string; agent: string },
): Found {
  const { where, params } = conditions(organism, query);
  const [id = -1] = lookups.idsOf('agents', [organism], agent);
  const count = 'SELECT count(*) AS total FROM thread_agents WHERE agent_id = ?';
  const ofAgent = statements.get<{ total: number }>(count, [id])?.total ?? 0;
  const total = params.length === 1 ? ofAgent : undefined;
  if (ofAgent <= MAX_SORTED_THREADS) {
    const from = `FROM thread_agents p CROSS JOIN threads t ON t.id = p.thread_id
      WHERE p.agent_id = ? AND ${where}`;
    return { from, params: [id, ...params], total, isInOrder: true };
  }
  const isPartOf = 'SELECT 1 FROM thread_agents p WHERE p.thread_id = t.id AND p.agent_id = ?';
  return {
    from: `FROM threads t INDEXED BY ${index} WHERE ${where} AND EXISTS (${isPartOf})`,
    params: [...params, id],
    total,
    isInOrder: true,
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
