import type { GasLevel, GasRow } from './prepare-gas.ts';

/** Few groups, so that a handful of hot threads does not spread over the page; each gauge names its level. */
const GROUPS = [
  { title: 'Exhausted', levels: ['exhausted'] },
  { title: '75 % and more', levels: ['final', 'critical', 'warning'] },
  { title: 'Below 75 %', levels: ['ok'] },
  { title: 'No limit', levels: ['unlimited'] },
] as const satisfies readonly { title: string; levels: readonly GasLevel[] }[];
export type GasGroupTitle = (typeof GROUPS)[number]['title'];

/** Which gauges stand where: held while somebody points at one, though their figures go on. */
export type GasGroup = { readonly title: GasGroupTitle; readonly ids: readonly string[] };

/** @param rows hottest first; the order within a group is theirs */
export function groupGas(rows: readonly GasRow[]): GasGroup[] {
  return GROUPS.flatMap(({ title, levels }) => {
    const ids = rows
      .filter((row) => levels.some((level) => level === row.level))
      .map((row) => row.id);
    return ids.length === 0 ? [] : [{ title, ids }];
  });
}

/** A line of the grid: the head of a group, or as many gauges as fit beside each other. */
export type GridLine =
  | { readonly kind: 'head'; readonly title: GasGroupTitle; readonly count: number }
  | { readonly kind: 'cards'; readonly title: GasGroupTitle; readonly ids: readonly string[] };

export function gridLines(groups: readonly GasGroup[], columns: number): GridLine[] {
  return groups.flatMap(({ title, ids }): GridLine[] => [
    { kind: 'head', title, count: ids.length },
    ...Array.from({ length: Math.ceil(ids.length / columns) }, (_, line) => ({
      kind: 'cards' as const,
      title,
      ids: ids.slice(line * columns, (line + 1) * columns),
    })),
  ]);
}

export type VisibleRange = {
  /** Indexes of the first line to draw and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** Pixels that stand for the lines before and after. */
  readonly before: number;
  readonly after: number;
};

/** The lines between two heights, in pixels from the top of the grid. */
export function visibleRange(
  heights: readonly number[],
  top: number,
  bottom: number,
): VisibleRange {
  let at = 0;
  let before = 0;
  let from = 0;
  while (from < heights.length && at + (heights[from] ?? 0) <= top) {
    at += heights[from] ?? 0;
    from += 1;
  }
  before = at;
  let to = from;
  while (to < heights.length && at < bottom) {
    at += heights[to] ?? 0;
    to += 1;
  }
  const after = heights.slice(to).reduce((sum, height) => sum + height, 0);
  return { from, to, before, after };
}
