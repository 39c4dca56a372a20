import type { AllowanceView } from '#organism/state.ts';

/** An allowance as a gauge shows it. */
export type AllowanceRow = AllowanceView & {
  /** Share of the limit, 0 to beyond 100; null where one of the two is not known. */
  readonly percent: number | null;
};

/** The fullest first, then those without a share by what is spent. A limit of 0 is full. */
export function prepareAllowances(allowances: Iterable<AllowanceView>): AllowanceRow[] {
  return [...allowances]
    .map((allowance) => ({ ...allowance, percent: percentOf(allowance) }))
    .sort(
      (a, b) =>
        (b.percent ?? -1) - (a.percent ?? -1) ||
        (b.used ?? 0) - (a.used ?? 0) ||
        a.name.localeCompare(b.name),
    );
}

function percentOf({ used, limit }: AllowanceView): number | null {
  if (used === null || limit === null) return null;
  return limit === 0 ? 100 : (used / limit) * 100;
}
