import type { UsageDay, UsageDimension, UsageQuery } from '#db/store.ts';
import { dayBoundaries } from '#organism/calendar-day.ts';
import { DAY_MS } from '#organism/durations.ts';
import type { CalendarDay } from '#organism/utc-days.ts';

import { DIMENSION_COLUMNS, bucketOf } from '../rollup-grains.ts';
import type { Groups } from './day-sums.ts';
import { addRow, createDaySums } from './day-sums.ts';
import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';
import type { Sums } from './usage-cells.ts';
import { addSums, readCalls, requestsOf, toUsageSum } from './usage-cells.ts';
import type { UsageScope } from './usage-scope.ts';
import { resolveUsageScope } from './usage-scope.ts';
import { groupName } from './usage-sums.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

/** Only days with usage: an open range, or one clock gone astray, costs no more than its data. */
export function dailyUsage(
  deps: Deps,
  query: UsageQuery & { timezone: string; groupBy?: UsageDimension | undefined },
): UsageDay[] {
  const scope = resolveUsageScope(deps, query);
  if (scope === null) return [];
  const { groupBy } = query;
  const days = daysWithUsage(deps.statements, scope, query.timezone);
  const isByThread = scope.filtered.has('thread') || groupBy === 'thread';
  const sumsOf = isByThread
    ? sumCalls(deps.statements, { scope, days, groupBy })
    : sumRollups(deps.statements, scope, groupBy);
  return days.flatMap((day) => toUsageDays(deps.lookups, day.date, sumsOf(day), groupBy));
}

type SumsOf = (day: CalendarDay) => Groups;

function sumRollups(
  statements: Statements,
  scope: UsageScope,
  groupBy: UsageDimension | undefined,
): SumsOf {
  const sums = createDaySums(statements, scope, groupBy);
  return ({ from, to }) => sums.sumOf(Math.max(scope.from, from), Math.min(scope.to, to));
}

/** No rollup has days of threads: the ledger's rows are read once and dealt out. */
function sumCalls(
  statements: Statements,
  {
    scope,
    days,
    groupBy,
  }: {
    scope: UsageScope;
    days: readonly CalendarDay[];
    groupBy: UsageDimension | undefined;
  },
): SumsOf {
  const key = groupBy === undefined ? [] : [DIMENSION_COLUMNS[groupBy]];
  const sums = new Map<CalendarDay | undefined, Groups>(days.map((day) => [day, new Map()]));
  for (const row of readCalls(statements, scope, key)) {
    const groups = sums.get(dayOf(days, row[0] ?? 0));
    if (groups !== undefined) addRow(groups, row.slice(1), key.length);
  }
  return (day) => sums.get(day) ?? new Map();
}

function dayOf(days: readonly CalendarDay[], instant: number): CalendarDay | undefined {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle]?.to ?? Infinity) > instant) high = middle;
    else low = middle + 1;
  }
  return days[low];
}

function toUsageDays(
  lookups: Lookups,
  date: string,
  groups: Groups,
  groupBy: UsageDimension | undefined,
): UsageDay[] {
  const named = new Map<string | null, Sums>();
  for (const [id, sums] of groups) {
    if (requestsOf(sums) === 0) continue;
    const group = groupBy === undefined ? null : groupName(lookups, groupBy, id);
    const known = named.get(group);
    named.set(group, known === undefined ? sums : addSums(known, sums));
  }
  return [...named]
    .map(([group, sums]) => ({ date, group, sum: toUsageSum(sums) }))
    .sort((a, b) => b.sum.costNanos - a.sum.costNanos);
}

/** Days of the zone that overlap a UTC day in which there was usage, oldest first. */
function daysWithUsage(statements: Statements, scope: UsageScope, zone: string): CalendarDay[] {
  const days = new Map<number, CalendarDay>();
  for (const run of utcRuns(statements, scope)) {
    for (const day of dayBoundaries(run.from, run.to, zone)) days.set(day.from, day);
  }
  return [...days.values()].sort((a, b) => a.from - b.from);
}

/** Stretches of whole UTC days with usage, cut to the query's range. */
function utcRuns(statements: Statements, scope: UsageScope): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const bucket of usedUtcDays(statements, scope)) {
    const from = bucket * DAY_MS;
    const last = runs.at(-1);
    if (last?.to === from) last.to = from + DAY_MS;
    else runs.push({ from, to: from + DAY_MS });
  }
  return runs
    .map((run) => ({ from: Math.max(run.from, scope.from), to: Math.min(run.to, scope.to) }))
    .filter((run) => run.from < run.to);
}

/** Steps from day to day through the rollup's key instead of scanning its rows. */
const USED_DAYS_SQL = `WITH RECURSIVE day(bucket) AS (
    SELECT min(bucket) FROM usage_day_org WHERE organism_id = ? AND bucket >= ?
    UNION ALL
    SELECT (SELECT min(bucket) FROM usage_day_org WHERE organism_id = ? AND bucket > day.bucket)
    FROM day WHERE day.bucket IS NOT NULL AND day.bucket < ?
  ) SELECT bucket FROM day WHERE bucket < ?`;

function usedUtcDays(statements: Statements, scope: UsageScope): number[] {
  const first = bucketOf(scope.from, DAY_MS);
  const last = Math.ceil(scope.to / DAY_MS);
  const buckets = scope.organismIds.flatMap((organismId) =>
    statements
      .all<{ bucket: number }>(USED_DAYS_SQL, [organismId, first, organismId, last, last])
      .map((row) => row.bucket),
  );
  return [...new Set(buckets)].sort((a, b) => a - b);
}
