import { formatCompact, formatExact } from '#components/format/number.ts';
import type { DailyUsagePoint } from '#organism/agentserver/usage.ts';
import { formatUsd, usdToNanos } from '#organism/money.ts';

export const MEASURES = ['cost', 'tokens', 'requests'] as const;
export type Measure = (typeof MEASURES)[number];

type Measured = Pick<
  DailyUsagePoint,
  'totalTokens' | 'requestCount' | 'totalCost' | 'totalCostNanos' | 'unpricedRequests'
>;

/** Tokens, requests or nano-dollars of one row. */
export function measureValue(row: Measured, measure: Measure): number {
  switch (measure) {
    case 'cost':
      return row.totalCostNanos ?? usdToNanos(row.totalCost) ?? 0;
    case 'tokens':
      return row.totalTokens;
    case 'requests':
      return row.requestCount;
  }
}

/** Whether a cost is not known at all: no request of the row has a price. */
export function isUnpriced(row: Measured, measure: Measure): boolean {
  return measure === 'cost' && row.requestCount > 0 && row.unpricedRequests === row.requestCount;
}

/** For axes and labels: rounded, money with its sign. */
export function formatMeasure(value: number, measure: Measure): string {
  return measure === 'cost' ? formatUsd(value, { compact: true }) : formatCompact(value);
}

/** For an axis of round values: all of them with cents, or none. */
export function formatMeasureTick(
  value: number,
  measure: Measure,
  ticks: readonly number[],
): string {
  const isWhole = ticks.every((tick) => formatMeasure(tick, measure).endsWith('.00'));
  const text = formatMeasure(value, measure);
  return isWhole ? text.replace(/\.00$/, '') : text;
}

/** Every digit, with the unit. */
export function formatMeasureExact(value: number, measure: Measure): string {
  return measure === 'cost' ? `${formatUsd(value)} USD` : `${formatExact(value)} ${measure}`;
}

/** Adds amounts that a hostile source may have made huge: stops at the largest exact integer. */
export function addAmounts(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
