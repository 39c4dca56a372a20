import {
  type BudgetReading,
  type BudgetThreshold,
  burnRatePerMinute,
  remainingTokens,
  timeToEmptyMs,
} from '#organism/gas.ts';

/** A thread's budget from the live picture, or from the store, which keeps no readings. */
export type ThreadBudget = {
  readonly maxTokens: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Epoch milliseconds. */
  readonly readAt: number;
  readonly readings?: readonly BudgetReading[] | undefined;
  readonly crossedAt?: Readonly<Partial<Record<BudgetThreshold, number>>> | undefined;
};

export type BudgetFacts = {
  /** Null: the budget has no limit. */
  readonly limit: number | null;
  readonly remaining: number;
  /** Null: no estimate. */
  readonly ratePerMinute: number | null;
  readonly timeToEmptyMs: number | null;
  /** False once the thread has ended: the figures are its last ones. */
  readonly isCurrent: boolean;
  /** When each threshold was crossed, in epoch milliseconds. */
  readonly crossings: Readonly<Record<BudgetThreshold, number | 'not' | 'unknown'>>;
};

/** @param now the server's clock in epoch milliseconds; null while it is not known */
export function readBudget(
  budget: ThreadBudget,
  isRunning: boolean,
  now: number | null,
): BudgetFacts {
  const limit = budget.maxTokens > 0 ? budget.maxTokens : null;
  // A rate is of now: a thread that has ended burns nothing, and says nothing about it.
  const ratePerMinute =
    isRunning && now !== null ? burnRatePerMinute(budget.readings ?? [], now) : null;
  return {
    limit,
    remaining: remainingTokens(budget.totalTokens, budget.maxTokens),
    ratePerMinute,
    timeToEmptyMs: timeToEmptyMs(budget.totalTokens, budget.maxTokens, ratePerMinute),
    isCurrent: isRunning,
    crossings: {
      75: crossingOf(budget, 75),
      90: crossingOf(budget, 90),
      95: crossingOf(budget, 95),
      100: crossingOf(budget, 100),
    },
  };
}

function crossingOf(budget: ThreadBudget, threshold: BudgetThreshold): number | 'not' | 'unknown' {
  const at = budget.crossedAt?.[threshold];
  if (at !== undefined) return at;
  const isCrossed =
    budget.maxTokens > 0 && budget.totalTokens >= (budget.maxTokens * threshold) / 100;
  return isCrossed ? 'unknown' : 'not';
}
