import type { CallFacts } from './event.ts';
import { effectiveCostNanos } from './event.ts';
import type { TokenClasses } from './tokens.ts';
import { ZERO_TOKENS, addTokens, subtractTokens, totalTokens } from './tokens.ts';

/** A total of usage. Its cost says how much of it is ours, how much reported, and what has no price. */
export interface UsageSum {
  readonly requests: number;
  readonly tokens: TokenClasses;
  /** Effective cost: our price where known, else the reported one. */
  readonly costNanos: number;
  /** The part of `costNanos` that only the source vouches for. */
  readonly reportedCostNanos: number;
  readonly unpricedRequests: number;
  readonly unpricedTokens: number;
  /** What calls covered by a subscription would have cost at list price: in no total, never charged. */
  readonly coveredCostNanos: number;
  /** Covered calls whose list price is not known. */
  readonly coveredUnlisted: number;
  readonly latencyMsTotal: number;
  readonly latencyCount: number;
}

export const ZERO_USAGE: UsageSum = {
  requests: 0,
  tokens: ZERO_TOKENS,
  costNanos: 0,
  reportedCostNanos: 0,
  unpricedRequests: 0,
  unpricedTokens: 0,
  coveredCostNanos: 0,
  coveredUnlisted: 0,
  latencyMsTotal: 0,
  latencyCount: 0,
};

/** Adds one call. Amounts stop at the largest exact integer: a hostile source cannot make them infinite. */
export function addUsage(sum: UsageSum, usage: CallFacts): UsageSum {
  const cost = effectiveCostNanos(usage);
  return {
    requests: sum.requests + 1,
    tokens: addTokens(sum.tokens, usage.tokens),
    costNanos: saturate(sum.costNanos + (cost ?? 0)),
    reportedCostNanos: saturate(
      sum.reportedCostNanos + (usage.costNanos === null ? (cost ?? 0) : 0),
    ),
    unpricedRequests: sum.unpricedRequests + (cost === null ? 1 : 0),
    unpricedTokens: sum.unpricedTokens + (cost === null ? totalTokens(usage.tokens) : 0),
    coveredCostNanos: saturate(sum.coveredCostNanos + (usage.listCostNanos ?? 0)),
    coveredUnlisted: sum.coveredUnlisted + (isUnlisted(usage) ? 1 : 0),
    latencyMsTotal: saturate(sum.latencyMsTotal + (usage.latencyMs ?? 0)),
    latencyCount: sum.latencyCount + (usage.latencyMs === null ? 0 : 1),
  };
}

/** Whether a subscription covers the call, and nobody knows what it would have cost. */
export function isUnlisted(usage: {
  billing?: 'subscription' | undefined;
  listCostNanos?: number | null | undefined;
}): boolean {
  return usage.billing !== undefined && (usage.listCostNanos ?? null) === null;
}

export function mergeUsage(a: UsageSum, b: UsageSum): UsageSum {
  return combine(a, b, addTokens(a.tokens, b.tokens), 1);
}

/** What `sum` has beyond an earlier reading of itself. */
export function subtractUsage(sum: UsageSum, earlier: UsageSum): UsageSum {
  return combine(sum, earlier, subtractTokens(sum.tokens, earlier.tokens), -1);
}

function combine(a: UsageSum, b: UsageSum, tokens: TokenClasses, sign: 1 | -1): UsageSum {
  return {
    requests: a.requests + sign * b.requests,
    tokens,
    costNanos: saturate(a.costNanos + sign * b.costNanos),
    reportedCostNanos: saturate(a.reportedCostNanos + sign * b.reportedCostNanos),
    unpricedRequests: a.unpricedRequests + sign * b.unpricedRequests,
    unpricedTokens: a.unpricedTokens + sign * b.unpricedTokens,
    coveredCostNanos: saturate(a.coveredCostNanos + sign * b.coveredCostNanos),
    coveredUnlisted: a.coveredUnlisted + sign * b.coveredUnlisted,
    latencyMsTotal: saturate(a.latencyMsTotal + sign * b.latencyMsTotal),
    latencyCount: a.latencyCount + sign * b.latencyCount,
  };
}

function saturate(amount: number): number {
  return Math.min(amount, Number.MAX_SAFE_INTEGER);
}
