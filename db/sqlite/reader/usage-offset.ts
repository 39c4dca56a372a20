import type { UsageDimension } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';

import { QUARTER_MS, bucketOf } from '../rollup-grains.ts';
import type { Statements } from './statements.ts';
import { readCells, requestsOf } from './usage-cells.ts';
import { grainFor } from './usage-plan.ts';
import type { UsageScope } from './usage-scope.ts';

/** Below it, stepping over the rows is cheaper than asking the rollups. */
const MIN_SKIP = 1000;

interface Rest {
  /** Rows to step over among those before `to`. */
  readonly offset: number;
  readonly to: number;
}

/** Newest first, as lists are: whole days, then quarter hours are stepped over by their counts. */
export function skipCalls(statements: Statements, scope: UsageScope, offset: number): Rest {
  let rest: Rest = { offset, to: scope.to };
  if (offset < MIN_SKIP || scope.filtered.has('thread')) return rest;
  if (scope.to !== Infinity) {
    const quarter = bucketOf(scope.to, QUARTER_MS);
    const pieces = readCells(
      statements,
      scope,
      { grain: null, from: quarter * QUARTER_MS, to: scope.to },
      [],
    );
    const calls = requestsOf(pieces[0] ?? []);
    if (calls > offset) return rest;
    const day = bucketOf(quarter * QUARTER_MS, DAY_MS);
    rest = { offset: offset - calls, to: quarter * QUARTER_MS };
    rest = skipBuckets(statements, scope, rest, { bucketMs: QUARTER_MS, from: day * DAY_MS });
    if (rest.to > day * DAY_MS) return rest;
  }
  rest = skipBuckets(statements, scope, rest, { bucketMs: DAY_MS, from: scope.from });
  return skipBuckets(statements, scope, rest, {
    bucketMs: QUARTER_MS,
    from: Math.max(scope.from, rest.to - DAY_MS),
  });
}

/** Steps over whole buckets before `rest.to`, newest first, while they hold no more than the offset. */
function skipBuckets(
  statements: Statements,
  scope: UsageScope,
  rest: Rest,
  { bucketMs, from }: { bucketMs: number; from: number },
): Rest {
  const grain = grainFor(bucketMs, new Set<UsageDimension>(scope.filtered));
  const range = { from: bucketOf(from, bucketMs), to: rest.to / bucketMs };
  const buckets = readCells(statements, scope, { grain, ...range }, ['bucket']);
  let { offset, to } = rest;
  for (const [bucket = 0, ...sums] of buckets.toSorted(([a = 0], [b = 0]) => b - a)) {
    to = (bucket + 1) * bucketMs;
    if (requestsOf(sums) > offset) break;
    offset -= requestsOf(sums);
    to = bucket * bucketMs;
  }
  return { offset, to };
}
