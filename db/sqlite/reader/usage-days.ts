import type { UsageDay, UsageDimension, UsageQuery } from '#db/store.ts';
import type { CalendarDay } from '#organism/calendar-day.ts';
import { dayBoundaries } from '#organism/calendar-day.ts';

import { DAY_MS, bucketOf } from '../rollup-grains.ts';
import type { Lookups } from './lookups.ts';
import type { Statements } from './statements.ts';
import type { UsageScope } from './usage-scope.ts';
import { resolveUsageScope } from './usage-scope.ts';
import { sumScope } from './usage-sums.ts';

/** Only days with usage: an open range, or one clock gone astray, costs no more than its data. */
export function dailyUsage(
  deps: { statements: Statements; lookups: Lookups },
  query: UsageQuery & { timezone: string; groupBy?: UsageDimension | undefined },
): UsageDay[] {
  const scope = resolveUsageScope(deps, query);
  if (scope === null) return [];
  const groupBy = query.groupBy === undefined ? [] : [query.groupBy];
  return daysWithUsage(deps.statements, scope, query.timezone).flatMap((day) => {
    const clipped = {
      ...scope,
      from: Math.max(scope.from, day.from),
      to: Math.min(scope.to, day.to),
    };
    return sumScope(deps, clipped, groupBy)
      .sort((a, b) => b.sum.costNanos - a.sum.costNanos)
      .map(({ keys, sum }) => ({ date: day.date, group: keys[0] ?? null, sum }));
  });
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
    SELECT min(bucket) FROM usage_day_model WHERE organism_id = ? AND bucket >= ?
    UNION ALL
    SELECT (SELECT min(bucket) FROM usage_day_model WHERE organism_id = ? AND bucket > day.bucket)
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
