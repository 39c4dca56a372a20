import { NANOS_PER_USD } from '../money.ts';
import { completionTokens, promptTokens, totalTokens } from '../tokens.ts';
import type { UsageSum } from '../usage-sum.ts';
import type { DailyUsagePoint } from './usage.ts';

/** Sums in the words of the AgentServer contract. */

export function usageFields(sum: UsageSum) {
  return {
    totalTokens: totalTokens(sum.tokens),
    promptTokens: promptTokens(sum.tokens),
    completionTokens: completionTokens(sum.tokens),
    requestCount: sum.requests,
    totalCost: toDollars(sum.costNanos),
    ...honestyFields(sum),
  };
}

/** What every total says beside its cost: unpriced is not zero, and covered is not charged. */
export function honestyFields(sum: UsageSum) {
  return {
    unpricedRequests: sum.unpricedRequests,
    unpricedTokens: sum.unpricedTokens,
    totalCostNanos: sum.costNanos,
    reportedCostNanos: sum.reportedCostNanos,
    coveredCostNanos: sum.coveredCostNanos,
    coveredUnlisted: sum.coveredUnlisted,
  };
}

/** A day, or the part of it that is one group's. */
export function dailyPoint(
  { date, group, sum }: { date: string; group: string | null; sum: UsageSum },
  isGrouped: boolean,
): DailyUsagePoint {
  return { date, ...usageFields(sum), ...(isGrouped ? { group } : {}) };
}

/** The contract counts dollars; the exact figure stands beside it. */
export function toDollars(nanos: number): number {
  return nanos / NANOS_PER_USD;
}
