import type { AppendBatch, PreparedEvent } from '#db/store.ts';

import { IS_COVERED } from '../billed-provider.ts';
import type { Connection } from '../connection.ts';
import type { Grain } from '../rollup-grains.ts';
import { DIMENSION_COLUMNS, GRAINS, QUARTER_MS, SUM_COLUMNS } from '../rollup-grains.ts';
import { NOON, makeBatch, makeMessage, makeReject, makeUsage } from '../store-fixtures.ts';

/** A whole number from 0, below the bound. */
type Random = (below: number) => number;

/** Mulberry32. */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Batches that touch every projection, the same for the same seed. */
export function makeBatches(seed: number, count: number): AppendBatch[] {
  const random = createRandom(seed);
  const told: { readonly origin: string; readonly call: Call }[] = [];
  let key = 0;
  return Array.from({ length: count }, () => {
    const source = `source ${random(3)}`;
    const organismId = `o${random(2)}`;
    const origin = `${source} ${organismId}`;
    const events = Array.from({ length: random(8) }, () => makeEvent(`k${(key += 1)}`, random));
    for (const event of events) {
      if (event.type !== 'usage' || event.mayAmend !== true) continue;
      told.push({ origin, call: makeFuller(event, random) });
    }
    // Of this batch or of an earlier one.
    const again = told.filter((each) => each.origin === origin && random(4) === 0);
    return makeBatch([...events, ...again.map(({ call }) => call)], {
      source,
      organismId,
      rejects: random(4) === 0 ? [makeReject()] : [],
    });
  });
}

type Call = Extract<PreparedEvent, { type: 'usage' }>;

/** What was absent is there, in another thread, for another agent, of another price. */
function makeFuller(call: Call, random: Random): Call {
  return {
    ...call,
    model: `m${random(4)}`,
    threadId: call.threadId ?? `t${random(9)}`,
    agent: call.agent ?? `a${random(5)}`,
    latencyMs: call.latencyMs ?? random(9000) / 7,
    reportedCostNanos: call.reportedCostNanos ?? random(1e6),
    costNanos: random(1e6),
  };
}

function makeEvent(key: string, random: Random): PreparedEvent {
  const occurredAt = NOON + random(40) * QUARTER_MS + random(1000);
  const base = { key, occurredAt, receivedAt: occurredAt + random(50) };
  const threadId = `t${random(9)}`;
  const agent = `a${random(5)}`;
  switch (random(10)) {
    case 0:
      return { ...base, type: 'error', threadId, agent, text: `${key} failed`, severity: 'error' };
    case 1: {
      const tokens = { maxTokens: 9, promptTokens: random(9), completionTokens: 1, totalTokens: 2 };
      return { ...base, type: 'budget', threadId, ...tokens };
    }
    case 2:
      return { ...base, type: 'agent_state', agent, state: key, currentThread: null };
    case 3: {
      const participants = [agent, `a${random(9)}`];
      return { ...base, type: 'thread_updated', threadId, status: `s${random(3)}`, participants };
    }
    case 4:
    case 5:
      return makeMessage(key, { ...base, threadId, from: agent, to: `a${random(5)}` });
    case 6:
      return makeUsage(key, {
        ...base,
        model: '',
        threadId: null,
        agent: null,
        latencyMs: null,
        costNanos: null,
        price: null,
        mayAmend: true,
        mayRepeat: true,
      });
    default:
      return makeUsage(key, {
        ...base,
        threadId: random(5) === 0 ? null : threadId,
        agent,
        model: `m${random(4)}`,
        org: random(3) === 0 ? null : `org ${random(3)}`,
        latencyMs: random(2) === 0 ? null : random(9000) / 7,
        reportedCostNanos: random(2) === 0 ? null : random(1e6),
        costNanos: random(3) === 0 ? null : random(1e6),
        ...(random(3) === 0 ? makeCovered(random) : {}),
      });
  }
}

function makeCovered(random: Random): Partial<Call> {
  return { billing: 'subscription', listCostNanos: random(3) === 0 ? null : random(1e6) };
}

const PROJECTIONS = ['threads', 'thread_agents', 'agents', 'organisms', 'sources'];
const GRAIN_TABLES = GRAINS.map(({ table }) => table);

/** Everything that is settled, row by row. */
export function readProjections(db: Connection): Record<string, unknown[]> {
  const tables = [...PROJECTIONS, ...GRAIN_TABLES];
  return Object.fromEntries(
    tables.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]),
  );
}

const COST = 'coalesce(cost_nanos, reported_cost_nanos)';
const TOKENS = 'input_fresh + cache_read + cache_write + output_visible + reasoning';
/** In the order of SUM_COLUMNS. */
const SUMS = [
  'count(*)',
  ...SUM_COLUMNS.slice(1, 6).map((column) => `sum(${column})`),
  `sum(coalesce(${COST}, 0))`,
  'sum(iif(cost_nanos IS NULL, coalesce(reported_cost_nanos, 0), 0))',
  `sum(${COST} IS NULL)`,
  `sum(iif(${COST} IS NULL, ${TOKENS}, 0))`,
  'sum(CAST(coalesce(latency_ms, 0) * 1000 + 0.5 AS INTEGER))',
  'sum(latency_ms IS NOT NULL)',
  'sum(coalesce(covered_cost_nanos, 0))',
  `sum(covered_cost_nanos IS NULL AND ${IS_COVERED})`,
];

/** Rollups and totals beside what SQL finds in the rows of events: those that differ. */
export function findDifferences(db: Connection): string[] {
  const rows = (sql: string): string[] =>
    db
      .prepare(sql)
      .raw()
      .all()
      .map((row) => JSON.stringify(row))
      .toSorted();
  return [...GRAINS.map(pairOfGrain), ...PAIRS].flatMap(({ name, kept, counted }) =>
    rows(kept).join() === rows(counted).join() ? [] : [name],
  );
}

interface Pair {
  readonly name: string;
  readonly kept: string;
  /** The same of the rows of events. */
  readonly counted: string;
}

const PAIRS: readonly Pair[] = [
  {
    name: 'organisms',
    kept: 'SELECT id, events, last_seq, last_received_at FROM organisms WHERE events > 0',
    counted: `SELECT organism_id, count(*), max(seq), max(received_at) FROM journal GROUP BY 1`,
  },
  {
    name: 'usage of threads',
    kept: `SELECT id, total_tokens, cost_nanos, unpriced_requests, first_usage_seq, last_usage_seq
      FROM threads WHERE first_usage_seq IS NOT NULL`,
    counted: `SELECT thread_id, sum(${TOKENS}), sum(coalesce(${COST}, 0)), sum(${COST} IS NULL),
      min(seq), max(seq) FROM usage WHERE thread_id > 0 GROUP BY 1`,
  },
  {
    name: 'messages of threads',
    kept: 'SELECT id, messages_seen FROM threads WHERE messages_seen > 0',
    counted: 'SELECT thread_id, count(*) FROM messages GROUP BY 1',
  },
  {
    name: 'messages of agents',
    kept: 'SELECT id, sent FROM agents WHERE sent > 0',
    counted: 'SELECT from_id, count(*) FROM messages GROUP BY 1',
  },
];

function pairOfGrain({ table, bucketMs, dimensions }: Grain): Pair {
  const ids = ['organism_id', ...dimensions.map((dimension) => DIMENSION_COLUMNS[dimension])];
  const kept = bucketMs === null ? ids : [...ids, 'bucket'];
  const counted = bucketMs === null ? ids : [...ids, `CAST(occurred_at / ${bucketMs} AS INTEGER)`];
  return {
    name: table,
    kept: `SELECT ${[...kept, ...SUM_COLUMNS].join(', ')} FROM ${table}`,
    counted: `SELECT ${[...counted, ...SUMS].join(', ')} FROM usage GROUP BY ${counted.join(', ')}`,
  };
}
