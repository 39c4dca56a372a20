import { GAS_LEVELS, type GasLevel, type GasRow } from './prepare-gas.ts';

/** Which gauges stand where: held while somebody points at one, though their figures go on. */
export type GasGroup = { readonly level: GasLevel; readonly ids: readonly string[] };

/** @param rows hottest first */
export function groupByLevel(rows: readonly GasRow[]): GasGroup[] {
  return GAS_LEVELS.flatMap((level) => {
    const ids = rows.filter((row) => row.level === level).map((row) => row.id);
    return ids.length === 0 ? [] : [{ level, ids }];
  });
}

/** A line of the grid: the head of a group, or as many gauges as fit beside each other. */
export type GridLine =
  | { readonly kind: 'head'; readonly level: GasLevel; readonly count: number }
  | { readonly kind: 'cards'; readonly level: GasLevel; readonly ids: readonly string[] };

export function gridLines(groups: readonly GasGroup[], columns: number): GridLine[] {
  return groups.flatMap(({ level, ids }): GridLine[] => [
    { kind: 'head', level, count: ids.length },
    ...Array.from({ length: Math.ceil(ids.length / columns) }, (_, line) => ({
      kind: 'cards' as const,
      level,
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
