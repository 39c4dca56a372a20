import type { UsageDimension } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';

import { DIMENSION_COLUMNS, QUARTER_MS, bucketOf } from '../rollup-grains.ts';
import type { Statements } from './statements.ts';
import type { CellRow, Sums } from './usage-cells.ts';
import { addSums, isExact, readCells, subtractSums } from './usage-cells.ts';
import { grainFor } from './usage-plan.ts';
import type { UsageScope } from './usage-scope.ts';

/** Sums by group: the small key of the asked dimension, or 0 when none is asked for. */
export type Groups = Map<number, Sums>;

const QUARTERS_PER_DAY = DAY_MS / QUARTER_MS;

/** Sums of many neighbouring stretches of time, such as the days of a zone. */
export interface DaySums {
  /** Exact for any instants within the scope's range, half-open. */
  sumOf(from: number, to: number): Groups;
}

/**
 * Reads the UTC days of the range once, then for each edge that is not UTC midnight only the quarter
 * hours on its shorter side: the other side is the rest of that UTC day. A day of a zone costs what
 * its offset costs, not its 96 quarter hours. Only pieces of a quarter come from the ledger.
 */
export function createDaySums(
  statements: Statements,
  scope: UsageScope,
  groupBy: UsageDimension | undefined,
): DaySums {
  const needed = new Set([...scope.filtered, ...(groupBy === undefined ? [] : [groupBy])]);
  const dayGrain = grainFor(DAY_MS, needed);
  const quarterGrain = grainFor(QUARTER_MS, needed);
  const key = groupBy === undefined ? [] : [DIMENSION_COLUMNS[groupBy]];
  const days = readDays();
  const splits = new Map<number, { readonly before: Groups; readonly after: Groups }>();

  function readDays(): ReadonlyMap<number, Groups> {
    const from = bucketOf(scope.from, DAY_MS);
    const to = Math.ceil(scope.to / DAY_MS);
    const found = new Map<number, Groups>();
    for (const row of readCells(statements, scope, { grain: dayGrain, from, to }, [
      'bucket',
      ...key,
    ])) {
      const bucket = row[0] ?? 0;
      const groups = found.get(bucket) ?? new Map<number, Sums>();
      found.set(bucket, groups);
      addRow(groups, row.slice(1), key.length);
    }
    return found;
  }

  function read(grain: typeof quarterGrain, from: number, to: number): Groups {
    const groups: Groups = new Map();
    if (!(from < to)) return groups;
    const rows = readCells(statements, scope, { grain, from, to }, key);
    for (const row of rows) addRow(groups, row, key.length);
    return groups;
  }

  /** The UTC day an edge lies in, cut in two there. */
  function split(quarter: number): { readonly before: Groups; readonly after: Groups } {
    const known = splits.get(quarter);
    if (known !== undefined) return known;
    const day = Math.floor(quarter / QUARTERS_PER_DAY);
    const whole = days.get(day) ?? new Map<number, Sums>();
    const start = day * QUARTERS_PER_DAY;
    const readBefore = () => read(quarterGrain, start, quarter);
    const readAfter = () => read(quarterGrain, quarter, start + QUARTERS_PER_DAY);
    let halves: { before: Groups; after: Groups };
    if (quarter === start) halves = { before: new Map(), after: whole };
    else if (![...whole.values()].every(isExact)) {
      halves = { before: readBefore(), after: readAfter() };
    } else if (quarter - start <= QUARTERS_PER_DAY / 2) {
      const before = readBefore();
      halves = { before, after: without(whole, before) };
    } else {
      const after = readAfter();
      halves = { before: without(whole, after), after };
    }
    splits.set(quarter, halves);
    return halves;
  }

  function addQuarters(sum: Groups, from: number, to: number): void {
    const firstDay = Math.floor(from / QUARTERS_PER_DAY);
    const lastDay = Math.floor(to / QUARTERS_PER_DAY);
    const startsDay = from === firstDay * QUARTERS_PER_DAY;
    if (firstDay === lastDay && !startsDay) return addGroups(sum, read(quarterGrain, from, to));
    if (firstDay < lastDay) addGroups(sum, split(from).after);
    for (let day = firstDay + 1; day < lastDay; day += 1) addGroups(sum, days.get(day));
    addGroups(sum, split(to).before);
  }

  return {
    sumOf(from, to) {
      const sum: Groups = new Map();
      const first = Math.ceil(from / QUARTER_MS);
      const last = bucketOf(to, QUARTER_MS);
      if (!(first < last)) {
        addGroups(sum, read(null, from, to));
        return sum;
      }
      addGroups(sum, read(null, from, first * QUARTER_MS));
      addQuarters(sum, first, last);
      addGroups(sum, read(null, last * QUARTER_MS, to));
      return sum;
    },
  };
}

/** @param keys columns before the sums: one names the group */
export function addRow(groups: Groups, row: CellRow, keys: number): void {
  const group = keys === 0 ? 0 : (row[0] ?? 0);
  const sums = row.slice(keys);
  const known = groups.get(group);
  groups.set(group, known === undefined ? sums : addSums(known, sums));
}

function addGroups(sum: Groups, more: Groups | undefined): void {
  for (const [group, sums] of more ?? []) {
    const known = sum.get(group);
    sum.set(group, known === undefined ? sums : addSums(known, sums));
  }
}

function without(whole: Groups, part: Groups): Groups {
  return new Map(
    [...whole].map(([group, sums]) => {
      const taken = part.get(group);
      return [group, taken === undefined ? sums : subtractSums(sums, taken)];
    }),
  );
}
