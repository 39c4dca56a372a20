import type { UsageDimension } from '#db/store.ts';
import { DAY_MS, WEEK_MS } from '#organism/durations.ts';

import type { Grain } from '../rollup-grains.ts';
import { DIMENSION_COLUMNS, GRAINS, QUARTER_MS, bucketOf } from '../rollup-grains.ts';

/** A stretch of time and where to read it: a rollup's buckets, or the ledger's rows when null. */
export interface Span {
  readonly grain: Grain | null;
  /** Buckets of the grain, or instants for the ledger; half-open. */
  readonly from: number;
  readonly to: number;
}

/** What makes up a range: spans to be added up, and spans to be taken from that again. */
export interface UsagePlan {
  readonly added: readonly Span[];
  readonly subtracted: readonly Span[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const NOTHING: UsagePlan = { added: [], subtracted: [] };

/**
 * Cuts `[from, to)` so that whole weeks, UTC days and quarter hours come from rollups and only the
 * ragged edges from the ledger. Of a bucket that the range cuts in two, the shorter side is read: what
 * of it is not in the range is subtracted. Ends may be infinite.
 * @param isSubtracting false where a sum may be too large to subtract from
 */
export function planUsage(
  { from, to }: Range,
  needed: ReadonlySet<UsageDimension>,
  isSubtracting: boolean,
): UsagePlan {
  if (needed.has('thread')) {
    const isOpen = from === -Infinity && to === Infinity;
    return planAt(isOpen ? grainFor(null, needed) : null, { from, to });
  }
  const quarters = { from: ceilTo(from, QUARTER_MS), to: floorTo(to, QUARTER_MS) };
  if (!(quarters.from < quarters.to)) return planAt(null, { from, to });
  return join([
    planAt(null, { from, to: quarters.from }),
    planBuckets(quarters, grainsFor(needed), isSubtracting),
    planAt(null, { from: quarters.to, to }),
  ]);
}

/** From fine to coarse; weeks where a row of them stands for several rows of days. */
function grainsFor(needed: ReadonlySet<UsageDimension>): readonly Grain[] {
  const [quarter, day, week] = [QUARTER_MS, DAY_MS, WEEK_MS].map((ms) => grainFor(ms, needed));
  const hasSmallDays = (day?.dimensions.length ?? 0) < (week?.dimensions.length ?? 0);
  return [quarter, day, hasSmallDays ? null : week].filter((grain) => grain != null);
}

/** @param range of whole buckets of the first of these grains, the finest */
function planBuckets(
  range: Range,
  [grain, ...coarser]: readonly Grain[],
  isSubtracting: boolean,
): UsagePlan {
  const bucketMs = coarser[0]?.bucketMs ?? null;
  if (bucketMs === null) return planAt(grain, range);
  const { from, to } = range;
  const inner = { from: ceilTo(from, bucketMs), to: floorTo(to, bucketMs) };
  const outer = { from: floorTo(from, bucketMs), to: ceilTo(to, bucketMs) };
  const startsBefore = isSubtracting && from - outer.from < inner.from - from;
  const endsBehind = isSubtracting && outer.to - to < to - inner.to;
  const whole = {
    from: startsBefore ? outer.from : inner.from,
    to: endsBehind ? outer.to : inner.to,
  };
  if (!(whole.from < whole.to)) return planAt(grain, range);
  return join([
    planEdge(grain, from, whole.from),
    planBuckets(whole, coarser, isSubtracting),
    planEdge(grain, whole.to, to),
  ]);
}

/** From one instant to the other: added in this order, subtracted in the other. */
function planEdge(grain: Grain | undefined, from: number, to: number): UsagePlan {
  if (from <= to) return planAt(grain, { from, to });
  return { added: [], subtracted: planAt(grain, { from: to, to: from }).added };
}

function planAt(grain: Grain | null | undefined, { from, to }: Range): UsagePlan {
  if (!(from < to)) return NOTHING;
  const bucketMs = grain?.bucketMs ?? 1;
  return {
    added: [{ grain: grain ?? null, from: from / bucketMs, to: to / bucketMs }],
    subtracted: [],
  };
}

function join(plans: readonly UsagePlan[]): UsagePlan {
  return {
    added: plans.flatMap(({ added }) => added),
    subtracted: plans.flatMap(({ subtracted }) => subtracted),
  };
}

function floorTo(instant: number, bucketMs: number): number {
  return bucketOf(instant, bucketMs) * bucketMs;
}

function ceilTo(instant: number, bucketMs: number): number {
  const floor = floorTo(instant, bucketMs);
  return floor < instant ? floor + bucketMs : floor;
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
