import type { EventOf } from './event.ts';
import { effectiveCostNanos } from './event.ts';
import type { TokenClasses } from './tokens.ts';
import { ZERO_TOKENS, addTokens, totalTokens } from './tokens.ts';

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
  latencyMsTotal: 0,
  latencyCount: 0,
};

/** Adds one call. Amounts stop at the largest exact integer: a hostile source cannot make them infinite. */
export function addUsage(sum: UsageSum, usage: EventOf<'usage'>): UsageSum {
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
    latencyMsTotal: saturate(sum.latencyMsTotal + (usage.latencyMs ?? 0)),
    latencyCount: sum.latencyCount + (usage.latencyMs === null ? 0 : 1),
  };
}

function saturate(amount: number): number {
  return Math.min(amount, Number.MAX_SAFE_INTEGER);
}
