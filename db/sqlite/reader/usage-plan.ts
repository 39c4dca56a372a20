import type { UsageDimension } from '#db/store.ts';

import type { Grain } from '../rollup-grains.ts';
import { DAY_MS, DIMENSION_COLUMNS, GRAINS, QUARTER_MS, bucketOf } from '../rollup-grains.ts';

/** A part of a range and where to read it: a rollup's buckets, or the ledger's rows when null. */
export interface Span {
  readonly grain: Grain | null;
  /** Buckets of the grain, or instants for the ledger; half-open. */
  readonly from: number;
  readonly to: number;
}

/**
 * Cuts `[from, to)` so that whole UTC days and whole quarter hours come from rollups and only the
 * ragged edges from the ledger. Ends may be infinite.
 */
export function planSpans(
  from: number,
  to: number,
  needed: ReadonlySet<UsageDimension>,
): readonly Span[] {
  if (!(from < to)) return [];
  const timeless = grainFor(null, needed);
  if (needed.has('thread')) {
    const isOpen = from === -Infinity && to === Infinity;
    return [{ grain: isOpen ? timeless : null, from, to }];
  }
  const quarters = { from: firstWhole(from, QUARTER_MS), to: lastWhole(to, QUARTER_MS) };
  if (!(quarters.from < quarters.to)) return [{ grain: null, from, to }];
  const spans: Span[] = [
    { grain: null, from, to: quarters.from * QUARTER_MS },
    ...planWholeQuarters(quarters, needed),
    { grain: null, from: quarters.to * QUARTER_MS, to },
  ];
  return spans.filter((span) => span.from < span.to);
}

function planWholeQuarters(
  quarters: { from: number; to: number },
  needed: ReadonlySet<UsageDimension>,
): Span[] {
  const perDay = DAY_MS / QUARTER_MS;
  const grain = grainFor(QUARTER_MS, needed);
  const days = { from: Math.ceil(quarters.from / perDay), to: Math.floor(quarters.to / perDay) };
  if (!(days.from < days.to)) return [{ grain, ...quarters }];
  return [
    { grain, from: quarters.from, to: days.from * perDay },
    { grain: grainFor(DAY_MS, needed), ...days },
    { grain, from: days.to * perDay, to: quarters.to },
  ];
}

function firstWhole(from: number, bucketMs: number): number {
  const bucket = bucketOf(from, bucketMs);
  return bucket * bucketMs < from ? bucket + 1 : bucket;
}

function lastWhole(to: number, bucketMs: number): number {
  return bucketOf(to, bucketMs);
}

/** The cheapest rollup with these dimensions; null where only the ledger has them. */
export function grainFor(
  bucketMs: number | null,
  needed: ReadonlySet<UsageDimension>,
): Grain | null {
  const fits = (grain: Grain) =>
    grain.bucketMs === bucketMs &&
    [...needed].every((dimension) =>
      grain.dimensions.some((known) => DIMENSION_COLUMNS[known] === DIMENSION_COLUMNS[dimension]),
    );
  return GRAINS.find(fits) ?? null;
}
