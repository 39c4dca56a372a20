import { MINUTE_MS } from './durations.ts';

/** Budgets as a gauge: thresholds, burn rate and time to empty. A context window is another gauge. */

/** Percent of a budget at which a thread is announced, once each per run. */
export const BUDGET_THRESHOLDS = [75, 90, 95, 100] as const;
export type BudgetThreshold = (typeof BUDGET_THRESHOLDS)[number];
export type BudgetLevel = 'ok' | 'warning' | 'critical' | 'final' | 'exhausted';

/** A budget's fill at one instant. */
export interface BudgetReading {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly totalTokens: number;
}

/** Percent used, 0 to beyond 100, one decimal; 0 when there is no limit, as the contract says. */
export function percentUsed(totalTokens: number, maxTokens: number): number {
  if (maxTokens <= 0) return 0;
  return Math.round((totalTokens / maxTokens) * 1000) / 10;
}

export function remainingTokens(totalTokens: number, maxTokens: number): number {
  return Math.max(0, maxTokens - totalTokens);
}

/** The contract's rule, nothing left: so a budget without a limit counts as exhausted; `budgetLevel` says `ok`. */
export function isExhausted(totalTokens: number, maxTokens: number): boolean {
  return remainingTokens(totalTokens, maxTokens) <= 0;
}

/** Words of the contract for the thresholds: 75 warning, 90 critical, 95 final, then exhausted. */
export function budgetLevel(totalTokens: number, maxTokens: number): BudgetLevel {
  if (maxTokens <= 0) return 'ok';
  const exact = (totalTokens / maxTokens) * 100;
  if (exact >= 100) return 'exhausted';
  if (exact >= 95) return 'final';
  if (exact >= 90) return 'critical';
  return exact >= 75 ? 'warning' : 'ok';
}

/** The window a burn rate is stated over. */
export const BURN_WINDOW_MS = 5 * MINUTE_MS;
/** Two readings closer than this say nothing about a rate. */
const MIN_BURN_SPAN_MS = 1000;

/**
 * Tokens per minute over the window that ends at `now`, idle time included.
 * @returns null when the readings are too few or too close to tell
 */
export function burnRatePerMinute(
  readings: readonly BudgetReading[],
  now: number,
  windowMs: number = BURN_WINDOW_MS,
): number | null {
  const since = now - windowMs;
  const last = readings.at(-1);
  // The last reading before the window is its true start value.
  const before = readings.findLast((reading) => reading.at <= since);
  const first = before ?? readings[0];
  if (last === undefined || first === undefined || readings.length < 2) return null;
  const spanMs = now - Math.max(first.at, since);
  const burned = last.totalTokens - first.totalTokens;
  if (spanMs < MIN_BURN_SPAN_MS || burned < 0) return null;
  return (burned / spanMs) * MINUTE_MS;
}

/**
 * Milliseconds until the budget is empty at the given rate.
 * @returns null when there is no estimate: no limit, no rate, or nothing burning
 */
export function timeToEmptyMs(
  totalTokens: number,
  maxTokens: number,
  ratePerMinute: number | null,
): number | null {
  if (maxTokens <= 0 || ratePerMinute === null || ratePerMinute <= 0) return null;
  return (remainingTokens(totalTokens, maxTokens) / ratePerMinute) * MINUTE_MS;
}
