import type { UsageDimension, UsageGroup, UsageQuery } from '#db/store.ts';
import { ZERO_USAGE } from '#organism/usage-sum.ts';

import { billingOf, providerOf } from '../billed-provider.ts';
import { DIMENSION_COLUMNS } from '../rollup-grains.ts';
import type { Lookups, NamedTable } from './lookups.ts';
import type { Statements } from './statements.ts';
import type { Sums } from './usage-cells.ts';
import {
  addSums,
  isExact,
  readCells,
  requestsOf,
  subtractSums,
  toUsageSum,
} from './usage-cells.ts';
import type { Span } from './usage-plan.ts';
import { planUsage } from './usage-plan.ts';
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

/** How many calls there are, without counting them one by one. */
export function countCalls(deps: Deps, scope: UsageScope): number {
  return sumScope(deps, scope, [])[0]?.sum.requests ?? 0;
}

/** The groups of `[scope.from, scope.to)` in no order; none where there is no usage. */
function sumScope(
  { statements, lookups }: Deps,
  scope: UsageScope,
  groupBy: readonly UsageDimension[],
): UsageGroup[] {
  const needed = new Set([...scope.filtered, ...groupBy]);
  // In the order of the rollups' keys, which leaves SQL little to sort.
  const inKeyOrder = KEY_ORDER.filter((dimension) => groupBy.includes(dimension));
  const columns = [...new Set(inKeyOrder.map((dimension) => DIMENSION_COLUMNS[dimension]))];
  const groups = new Map<string, { readonly keys: UsageGroup['keys']; sums: Sums }>();
  for (const { ids, sums } of sumCells(statements, scope, { needed, columns })) {
    if (requestsOf(sums) === 0) continue;
    // By name, not by key: the same agent name in two organisms is one group.
    const keys = groupBy.map((dimension) =>
      groupName(lookups, dimension, ids[columns.indexOf(DIMENSION_COLUMNS[dimension])] ?? 0),
    );
    const identity = JSON.stringify(keys);
    const known = groups.get(identity);
    if (known === undefined) groups.set(identity, { keys, sums });
    else known.sums = addSums(known.sums, sums);
  }
  return [...groups.values()].map(({ keys, sums }) => ({ keys, sum: toUsageSum(sums) }));
}

interface SummedCell {
  readonly ids: readonly number[];
  sums: Sums;
}

/** Adds up the spans of the scope's range by the small keys in these columns. */
function sumCells(
  statements: Statements,
  scope: UsageScope,
  by: { readonly needed: ReadonlySet<UsageDimension>; readonly columns: readonly string[] },
  isSubtracting = true,
): Iterable<SummedCell> {
  const cells = new Map<string, SummedCell>();
  const combine = (spans: readonly Span[], merge: (a: Sums, b: Sums) => Sums) => {
    for (const row of spans.flatMap((span) => readCells(statements, scope, span, by.columns))) {
      const ids = row.slice(0, by.columns.length);
      const sums = row.slice(by.columns.length);
      const key = ids.join();
      const known = cells.get(key);
      if (known === undefined) cells.set(key, { ids, sums });
      else known.sums = merge(known.sums, sums);
    }
  };
  const plan = planUsage(scope, by.needed, isSubtracting);
  combine(plan.added, addSums);
  if (plan.subtracted.length > 0 && ![...cells.values()].every(({ sums }) => isExact(sums))) {
    return sumCells(statements, scope, by, false);
  }
  combine(plan.subtracted, subtractSums);
  return cells.values();
}

const KEY_ORDER: readonly UsageDimension[] = [
  'thread',
  'org',
  'agent',
  'model',
  'provider',
  'billing',
];

/** @returns null where the usage named none */
export function groupName(lookups: Lookups, dimension: UsageDimension, id: number): string | null {
  const name = lookups.nameOf(NAMED_IN[dimension], id);
  if (dimension === 'billing') return billingOf(name ?? '');
  return dimension === 'provider' && name !== null ? providerOf(name) : name;
}

const NAMED_IN: Readonly<Record<UsageDimension, NamedTable>> = {
  org: 'names',
  agent: 'agents',
  model: 'names',
  provider: 'names',
  billing: 'names',
  thread: 'threads',
};

function byCost(a: UsageGroup, b: UsageGroup): number {
  return (
    b.sum.costNanos - a.sum.costNanos ||
    b.sum.requests - a.sum.requests ||
    (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1)
  );
}
