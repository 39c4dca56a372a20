import type { UsageDimension, UsageGroup, UsageQuery } from '#db/store.ts';
import { addTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE } from '#organism/usage-sum.ts';

import { DIMENSION_COLUMNS, SUM_COLUMNS } from '../rollup-grains.ts';
import type { Lookups, NamedTable } from './lookups.ts';
import type { Statements } from './statements.ts';
import type { Span } from './usage-plan.ts';
import { planSpans } from './usage-plan.ts';
import type { UsageScope } from './usage-scope.ts';
import { resolveUsageScope } from './usage-scope.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

export function sumUsage(
  deps: Deps,
  query: UsageQuery & { groupBy: readonly UsageDimension[] },
): UsageGroup[] {
  const scope = resolveUsageScope(deps, query);
  const groups = scope === null ? [] : sumScope(deps, scope, query.groupBy);
  if (groups.length === 0 && query.groupBy.length === 0) return [{ keys: [], sum: ZERO_USAGE }];
  return groups.sort(byCost);
}

/** The groups of `[scope.from, scope.to)` in no order; none where there is no usage. */
export function sumScope(
  deps: Deps,
  scope: UsageScope,
  groupBy: readonly UsageDimension[],
): UsageGroup[] {
  const needed = new Set([...scope.filtered, ...groupBy]);
  const groups = new Map<string, UsageGroup>();
  for (const span of planSpans(scope.from, scope.to, needed)) {
    for (const row of readSpan(deps.statements, scope, span, groupBy)) {
      if (row.requests === 0) continue;
      // By name, not by key: the same agent name in two organisms is one group.
      const keys = groupBy.map((dimension, i) =>
        deps.lookups.nameOf(tableOf(dimension), keyAt(row, i)),
      );
      const identity = JSON.stringify(keys);
      const known = groups.get(identity);
      groups.set(identity, { keys, sum: addSums(known?.sum ?? ZERO_USAGE, toSum(row)) });
    }
  }
  return [...groups.values()];
}

function byCost(a: UsageGroup, b: UsageGroup): number {
  return (
    b.sum.costNanos - a.sum.costNanos ||
    b.sum.requests - a.sum.requests ||
    (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1)
  );
}

function tableOf(dimension: UsageDimension): NamedTable {
  if (dimension === 'agent') return 'agents';
  return dimension === 'thread' ? 'threads' : 'names';
}

type SumRow = Readonly<Record<(typeof SUM_COLUMNS)[number], number>> &
  Readonly<Record<`key${number}`, number>>;

function keyAt(row: SumRow, index: number): number {
  return row[`key${index}`] ?? 0;
}

function readSpan(
  statements: Statements,
  scope: UsageScope,
  { grain, from, to }: Span,
  groupBy: readonly UsageDimension[],
): SumRow[] {
  const keys = groupBy.map((dimension) => DIMENSION_COLUMNS[dimension]);
  const columns = [
    ...keys.map((column, i) => `${column} AS key${i}`),
    ...SUM_COLUMNS.map(
      (column) => `total(${grain === null ? LEDGER_SUMS[column] : column}) AS ${column}`,
    ),
  ];
  const range =
    grain === null ? ['occurred_at >= ?', 'occurred_at < ?'] : ['bucket >= ?', 'bucket < ?'];
  const isTimeless = grain !== null && grain.bucketMs === null;
  const sql = `SELECT ${columns.join(', ')} FROM ${grain?.table ?? 'usage'}
    WHERE ${[scope.where, ...(isTimeless ? [] : range)].join(' AND ')}
    ${grain === null ? scope.ledgerWhere : ''}
    ${keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`}`;
  return statements.all<SumRow>(sql, [
    ...scope.params,
    ...(isTimeless ? [] : [from, to]),
    ...(grain === null ? scope.ledgerParams : []),
  ]);
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
};

function toSum(row: SumRow): UsageSum {
  return {
    requests: row.requests,
    tokens: {
      inputFresh: row.input_fresh,
      cacheRead: row.cache_read,
      cacheWrite: row.cache_write,
      outputVisible: row.output_visible,
      reasoning: row.reasoning,
    },
    costNanos: row.cost_nanos,
    reportedCostNanos: row.reported_cost_nanos,
    unpricedRequests: row.unpriced_requests,
    unpricedTokens: row.unpriced_tokens,
    latencyMsTotal: row.latency_micros / 1000,
    latencyCount: row.latency_count,
  };
}

function addSums(a: UsageSum, b: UsageSum): UsageSum {
  return {
    requests: a.requests + b.requests,
    tokens: addTokens(a.tokens, b.tokens),
    costNanos: a.costNanos + b.costNanos,
    reportedCostNanos: a.reportedCostNanos + b.reportedCostNanos,
    unpricedRequests: a.unpricedRequests + b.unpricedRequests,
    unpricedTokens: a.unpricedTokens + b.unpricedTokens,
    latencyMsTotal: a.latencyMsTotal + b.latencyMsTotal,
    latencyCount: a.latencyCount + b.latencyCount,
  };
}
