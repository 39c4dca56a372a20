import type { UsageSum } from '#organism/usage-sum.ts';

import { IS_COVERED } from '../billed-provider.ts';
import { SUM_COLUMNS } from '../rollup-grains.ts';
import type { Param, Statements } from './statements.ts';
import type { Span } from './usage-plan.ts';
import type { UsageScope } from './usage-scope.ts';

/** The sums of one group in the order of SUM_COLUMNS; days of them are added up without objects. */
export type Sums = readonly number[];

/** A row of SQL: the asked columns, then the sums. */
export type CellRow = readonly number[];

/**
 * Reads one stretch of a rollup, or of the ledger, and adds it up by the given columns.
 * @param keys SQL columns to group by; none gives one row, of zeros where there is nothing
 */
export function readCells(
  statements: Statements,
  scope: UsageScope,
  { grain, from, to }: Span,
  keys: readonly string[],
): readonly CellRow[] {
  const isTimeless = grain !== null && grain.bucketMs === null;
  const range =
    grain === null ? ['occurred_at >= ?', 'occurred_at < ?'] : ['bucket >= ?', 'bucket < ?'];
  const sums = SUM_COLUMNS.map(
    (column) => `total(${grain === null ? LEDGER_SUMS[column] : column})`,
  );
  const sql = `SELECT ${[...keys, ...sums].join(', ')} FROM ${grain?.table ?? 'usage'}
    WHERE ${[scope.where, ...(isTimeless ? [] : range)].join(' AND ')}
    ${grain === null ? scope.ledgerWhere : ''}
    ${keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`}`;
  return statements.rows(sql, [
    ...scope.params,
    ...(isTimeless ? [] : [from, to]),
    ...(grain === null ? scope.ledgerParams : []),
  ]);
}

/** Every call of the scope: its instant, the asked columns and what it adds to the sums. */
export function readCalls(
  statements: Statements,
  scope: UsageScope,
  keys: readonly string[],
): readonly CellRow[] {
  const sums = SUM_COLUMNS.map((column) => LEDGER_SUMS[column]);
  const sql = `SELECT ${['occurred_at', ...keys, ...sums].join(', ')} FROM usage
    WHERE ${scope.where} AND occurred_at >= ? AND occurred_at < ? ${scope.ledgerWhere}`;
  const params: Param[] = [...scope.params, scope.from, scope.to, ...scope.ledgerParams];
  return statements.rows(sql, params);
}

/**
 * What one ledger row adds to each sum. They are added by `total`, which sums integers exactly up
 * to 2^63 and goes on in floating point beyond, where `sum` would throw and take the bill with it.
 */
const LEDGER_SUMS: Readonly<Record<(typeof SUM_COLUMNS)[number], string>> = {
  requests: '1',
  input_fresh: 'input_fresh',
  cache_read: 'cache_read',
  cache_write: 'cache_write',
  output_visible: 'output_visible',
  reasoning: 'reasoning',
  cost_nanos: 'coalesce(cost_nanos, reported_cost_nanos, 0)',
  reported_cost_nanos:
    'CASE WHEN cost_nanos IS NULL THEN coalesce(reported_cost_nanos, 0) ELSE 0 END',
  unpriced_requests: 'coalesce(cost_nanos, reported_cost_nanos) IS NULL',
  unpriced_tokens: `CASE WHEN coalesce(cost_nanos, reported_cost_nanos) IS NULL
    THEN input_fresh + cache_read + cache_write + output_visible + reasoning ELSE 0 END`,
  latency_micros: `coalesce(min(CAST(latency_ms * 1000 + 0.5 AS INTEGER), ${Number.MAX_SAFE_INTEGER}), 0)`,
  latency_count: 'latency_ms IS NOT NULL',
  covered_cost_nanos: 'coalesce(covered_cost_nanos, 0)',
  covered_unlisted: `covered_cost_nanos IS NULL AND ${IS_COVERED}`,
};

export function addSums(a: Sums, b: Sums): Sums {
  return a.map((value, i) => value + (b[i] ?? 0));
}

export function subtractSums(a: Sums, b: Sums): Sums {
  return a.map((value, i) => value - (b[i] ?? 0));
}

/** Whether subtracting from it is exact: a hostile source can take a sum beyond what a number holds. */
export function isExact(sums: Sums): boolean {
  return sums.every((value) => value <= Number.MAX_SAFE_INTEGER);
}

export function requestsOf(sums: Sums): number {
  return sums[0] ?? 0;
}

export function toUsageSum(sums: Sums): UsageSum {
  // In the order of SUM_COLUMNS.
  const [requests = 0, inputFresh = 0, cacheRead = 0, cacheWrite = 0, ...more] = sums;
  const [outputVisible = 0, reasoning = 0, costNanos = 0, reportedCostNanos = 0, ...rest] = more;
  const [unpricedRequests = 0, unpricedTokens = 0, latencyMicros = 0, ...last] = rest;
  const [latencyCount = 0, coveredCostNanos = 0, coveredUnlisted = 0] = last;
  return {
    requests,
    tokens: { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning },
    costNanos,
    reportedCostNanos,
    unpricedRequests,
    unpricedTokens,
    coveredCostNanos,
    coveredUnlisted,
    latencyMsTotal: latencyMicros / 1000,
    latencyCount,
  };
}
