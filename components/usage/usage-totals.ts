import { addAmounts, measureValue } from '#components/charts/measure.ts';
import { formatCompact, formatCount, formatPercent } from '#components/format/number.ts';
import type { DailyUsagePoint } from '#organism/agentserver/usage.ts';

/** Sums of a range, in tokens, requests and nano-dollars. */
export interface UsageTotals {
  readonly costNanos: number;
  /** The part of `costNanos` only the source vouches for. */
  readonly reportedNanos: number;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly requests: number;
  readonly unpricedTokens: number;
  readonly unpricedRequests: number;
  /** What covered calls would have cost at list price; no part of `costNanos`. */
  readonly coveredNanos: number;
  /** Covered calls whose list price is not known. */
  readonly coveredUnlisted: number;
}

const ZERO: UsageTotals = {
  costNanos: 0,
  reportedNanos: 0,
  tokens: 0,
  promptTokens: 0,
  completionTokens: 0,
  requests: 0,
  unpricedTokens: 0,
  unpricedRequests: 0,
  coveredNanos: 0,
  coveredUnlisted: 0,
};

type Row = Omit<DailyUsagePoint, 'date'>;

export function sumUsage(rows: readonly Row[]): UsageTotals {
  return rows.reduce(
    (sum, row): UsageTotals => ({
      costNanos: addAmounts(sum.costNanos, measureValue(row, 'cost')),
      reportedNanos: addAmounts(sum.reportedNanos, row.reportedCostNanos ?? 0),
      tokens: addAmounts(sum.tokens, row.totalTokens),
      promptTokens: addAmounts(sum.promptTokens, row.promptTokens ?? 0),
      completionTokens: addAmounts(sum.completionTokens, row.completionTokens ?? 0),
      requests: addAmounts(sum.requests, row.requestCount),
      unpricedTokens: addAmounts(sum.unpricedTokens, row.unpricedTokens ?? 0),
      unpricedRequests: addAmounts(sum.unpricedRequests, row.unpricedRequests ?? 0),
      coveredNanos: addAmounts(sum.coveredNanos, row.coveredCostNanos ?? 0),
      coveredUnlisted: addAmounts(sum.coveredUnlisted, row.coveredUnlisted ?? 0),
    }),
    ZERO,
  );
}

/** What is known of a cost; null where not one of the calls has a price, which is not zero. */
export function knownCost(
  sum: Pick<UsageTotals, 'costNanos' | 'requests' | 'unpricedRequests'>,
): number | null {
  return sum.requests > 0 && sum.unpricedRequests === sum.requests ? null : sum.costNanos;
}

/** 0 to 100; 0 of nothing. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}

/** "2,812 requests without a price, 7.7 % of all". */
export function unpricedTip({
  unpricedRequests,
  requests,
}: Pick<UsageTotals, 'requests' | 'unpricedRequests'>): string {
  const share = formatPercent(percentOf(unpricedRequests, requests));
  return `${formatCount(unpricedRequests, 'request')} without a price, ${share} of all`;
}

/** What the figure of covered calls is, and how much of it nobody knows. */
export function coveredWords({ coveredUnlisted }: Pick<UsageTotals, 'coveredUnlisted'>): string {
  if (coveredUnlisted === 0) return 'at list price';
  return `list price of all but ${formatCompact(coveredUnlisted)}`;
}

export function hasCovered(totals: Pick<UsageTotals, 'coveredNanos' | 'coveredUnlisted'>): boolean {
  return totals.coveredNanos > 0 || totals.coveredUnlisted > 0;
}
