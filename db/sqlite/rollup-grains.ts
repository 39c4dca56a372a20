import type { UsageDimension } from '#db/store.ts';
import { DAY_MS, MINUTE_MS, WEEK_MS } from '#organism/durations.ts';

/** The rollups of the ledger, from coarse to fine: one entry is all a new one needs beside its table. */

export const QUARTER_MS = 15 * MINUTE_MS;

export interface Grain {
  readonly table: string;
  /** Counted from 1970-01-01. Null: not cut by time. */
  readonly bucketMs: number | null;
  readonly dimensions: readonly KeyDimension[];
}

/** Dimensions with a key of their own. */
export type KeyDimension = Exclude<UsageDimension, 'billing'>;

/** In the order a query tries them: the first that has its dimensions is the cheapest. */
export const GRAINS: readonly Grain[] = [
  { table: 'usage_day_org', bucketMs: DAY_MS, dimensions: ['org'] },
  { table: 'usage_day_model', bucketMs: DAY_MS, dimensions: ['org', 'model', 'provider'] },
  { table: 'usage_day_agent', bucketMs: DAY_MS, dimensions: ['agent'] },
  { table: 'usage_day', bucketMs: DAY_MS, dimensions: ['org', 'agent', 'model', 'provider'] },
  {
    table: 'usage_week',
    bucketMs: WEEK_MS,
    dimensions: ['org', 'agent', 'model', 'provider'],
  },
  { table: 'usage_quarter_org', bucketMs: QUARTER_MS, dimensions: ['org'] },
  { table: 'usage_quarter_model', bucketMs: QUARTER_MS, dimensions: ['model', 'provider'] },
  {
    table: 'usage_quarter',
    bucketMs: QUARTER_MS,
    dimensions: ['org', 'agent', 'model', 'provider'],
  },
  {
    table: 'usage_thread',
    bucketMs: null,
    dimensions: ['thread', 'org', 'agent', 'model', 'provider'],
  },
];

/** The key a dimension is read from: the billing of a call is in the name of its provider. */
export const DIMENSION_COLUMNS: Readonly<Record<UsageDimension, string>> = {
  org: 'org_id',
  agent: 'agent_id',
  model: 'model_id',
  provider: 'provider_id',
  thread: 'thread_id',
  billing: 'provider_id',
};

/** What a rollup row sums, in the order the writer binds it. */
export const SUM_COLUMNS = [
  'requests',
  'input_fresh',
  'cache_read',
  'cache_write',
  'output_visible',
  'reasoning',
  'cost_nanos',
  'reported_cost_nanos',
  'unpriced_requests',
  'unpriced_tokens',
  'latency_micros',
  'latency_count',
  'covered_cost_nanos',
  'covered_unlisted',
] as const;

/** The number of the bucket an instant lies in; exact where the quotient would round up to the next. */
export function bucketOf(instant: number, bucketMs: number): number {
  const bucket = Math.floor(instant / bucketMs);
  return bucket * bucketMs > instant ? bucket - 1 : bucket;
}
