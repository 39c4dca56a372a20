import {
  budgetLevel,
  type BudgetLevel,
  burnRatePerMinute,
  percentUsed,
  remainingTokens,
  timeToEmptyMs,
} from '#organism/gas.ts';
import type { OrganismState, ThreadView } from '#organism/state.ts';

export const GAS_LEVELS = [
  'exhausted',
  'final',
  'critical',
  'warning',
  'ok',
  'unlimited',
] as const satisfies readonly (BudgetLevel | 'unlimited')[];
export type GasLevel = (typeof GAS_LEVELS)[number];

export const LEVEL_LABELS: Record<GasLevel, string> = {
  exhausted: 'Exhausted',
  final: '95 % and more',
  critical: '90 to 95 %',
  warning: '75 to 90 %',
  ok: 'Below 75 %',
  unlimited: 'No limit',
};

/** A thread's budget now. Rates are over the window of `burnRatePerMinute`. */
export type GasRow = {
  readonly id: string;
  readonly status: string;
  readonly participants: readonly string[];
  readonly level: GasLevel;
  readonly percent: number;
  readonly used: number;
  /** Null: the budget has none. */
  readonly limit: number | null;
  readonly remaining: number | null;
  /** Null: no estimate. */
  readonly ratePerMinute: number | null;
  readonly timeToEmptyMs: number | null;
  /** The reading's time, in epoch milliseconds. */
  readonly readAt: number;
  /** The thread runs, so the budget may still be spent. */
  readonly isRunning: boolean;
};

/**
 * Every thread with a budget, hottest first.
 * @param now the server's clock in epoch milliseconds; null while it is not known
 */
export function prepareGas(
  organism: Pick<OrganismState, 'threads' | 'run'>,
  now: number | null,
): GasRow[] {
  return [...organism.threads.values()]
    .flatMap((thread) => toRow(thread, organism.run, now))
    .sort((a, b) => b.percent - a.percent || b.used - a.used);
}

function toRow(thread: ThreadView, run: number, now: number | null): GasRow[] {
  const { budget } = thread;
  if (budget === null) return [];
  const { maxTokens, totalTokens: used } = budget;
  const isRunning = thread.status === 'active' && thread.run === run && budget.run === run;
  const ratePerMinute = isRunning && now !== null ? burnRatePerMinute(budget.readings, now) : null;
  const hasLimit = maxTokens > 0;
  return [
    {
      id: thread.id,
      status: thread.status,
      participants: thread.participants.filter((name) => name !== ''),
      level: hasLimit ? budgetLevel(used, maxTokens) : 'unlimited',
      percent: percentUsed(used, maxTokens),
      used,
      limit: hasLimit ? maxTokens : null,
      remaining: hasLimit ? remainingTokens(used, maxTokens) : null,
      ratePerMinute,
      timeToEmptyMs: timeToEmptyMs(used, maxTokens, ratePerMinute),
      readAt: budget.readAt,
      isRunning,
    },
  ];
}

/** All running budgets as one tank. */
export type GasSum = {
  readonly budgets: number;
  /** Running budgets without a limit; they are in none of the other figures. */
  readonly unlimited: number;
  readonly used: number;
  readonly limit: number;
  /** Null: no budget has an estimate. */
  readonly ratePerMinute: number | null;
  readonly timeToEmptyMs: number | null;
  readonly exhausted: number;
  /** At or past the first threshold and not exhausted. */
  readonly hot: number;
  /** The budget that runs dry first, of those with an estimate. */
  readonly nextDry: GasRow | null;
};

export function sumGas(rows: readonly GasRow[]): GasSum {
  const running = rows.filter((row) => row.isRunning);
  const limited = running.filter((row) => row.limit !== null);
  const used = sumOf(limited, (row) => row.used);
  const limit = sumOf(limited, (row) => row.limit ?? 0);
  const rates = limited.flatMap((row) => row.ratePerMinute ?? []);
  const ratePerMinute = rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
  const drying = limited
    .filter((row) => row.timeToEmptyMs !== null && row.level !== 'exhausted')
    .sort((a, b) => (a.timeToEmptyMs ?? 0) - (b.timeToEmptyMs ?? 0));
  return {
    budgets: limited.length,
    unlimited: running.length - limited.length,
    used,
    limit,
    ratePerMinute,
    timeToEmptyMs: timeToEmptyMs(used, limit, ratePerMinute),
    exhausted: limited.filter((row) => row.level === 'exhausted').length,
    hot: limited.filter((row) => row.level !== 'ok' && row.level !== 'exhausted').length,
    nextDry: drying[0] ?? null,
  };
}

export function countLevels(rows: readonly GasRow[]): ReadonlyMap<GasLevel, number> {
  const counts = new Map<GasLevel, number>(GAS_LEVELS.map((level) => [level, 0]));
  for (const { level } of rows) counts.set(level, (counts.get(level) ?? 0) + 1);
  return counts;
}

function sumOf(rows: readonly GasRow[], value: (row: GasRow) => number): number {
  return rows.reduce((sum, row) => sum + value(row), 0);
}
