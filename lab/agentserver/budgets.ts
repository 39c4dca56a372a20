import type { ThreadBudgetInfo } from '#organism/agentserver/usage.ts';

export const DEFAULT_MAX_TOKENS = 100_000;
/** Budgets of failed and killed threads stay readable; without a bound they would pile up. */
const MAX_ENDED_BUDGETS = 200;
/** As many as the threads kept; the oldest goes first. */
const MAX_BUDGETS = 20_000;

interface Budget {
  readonly maxTokens: number;
  promptTokens: number;
  completionTokens: number;
}

export interface LabBudgets {
  open(threadId: string, maxTokens: number): unknown;
  /** @returns tokens used so far; a thread never opened gets the default budget */
  consume(threadId: string, promptTokens: number, completionTokens: number): number;
  /** A completed thread's budget is gone at once. */
  close(threadId: string): void;
  /** A failed or killed thread's budget stays until newer ones push it out. */
  retain(threadId: string): void;
  get(threadId: string): ThreadBudgetInfo | null;
  /** Hottest first. */
  list(): ThreadBudgetInfo[];
  count(): number;
  clear(): void;
}

export function createBudgets(): LabBudgets {
  const budgets = new Map<string, Budget>();
  const ended = new Set<string>();

  function open(threadId: string, maxTokens: number): Budget {
    const budget = { maxTokens, promptTokens: 0, completionTokens: 0 };
    budgets.set(threadId, budget);
    const oldest = budgets.size > MAX_BUDGETS ? budgets.keys().next().value : undefined;
    if (oldest !== undefined) budgets.delete(oldest);
    return budget;
  }

  return {
    open,
    consume(threadId, promptTokens, completionTokens) {
      const budget = budgets.get(threadId) ?? open(threadId, DEFAULT_MAX_TOKENS);
      budget.promptTokens += promptTokens;
      budget.completionTokens += completionTokens;
      return budget.promptTokens + budget.completionTokens;
    },
    close(threadId) {
      budgets.delete(threadId);
      ended.delete(threadId);
    },
    retain(threadId) {
      if (!budgets.has(threadId)) return;
      ended.add(threadId);
      for (const oldest of ended) {
        if (ended.size <= MAX_ENDED_BUDGETS) break;
        ended.delete(oldest);
        budgets.delete(oldest);
      }
    },
    get(threadId) {
      const budget = budgets.get(threadId);
      return budget === undefined ? null : describeBudget(threadId, budget);
    },
    list: () =>
      [...budgets]
        .map(([threadId, budget]) => describeBudget(threadId, budget))
        .sort((a, b) => b.percentUsed - a.percentUsed),
    count: () => budgets.size,
    clear() {
      budgets.clear();
      ended.clear();
    },
  };
}

function describeBudget(threadId: string, budget: Budget): ThreadBudgetInfo {
  const totalTokens = budget.promptTokens + budget.completionTokens;
  const remaining = Math.max(0, budget.maxTokens - totalTokens);
  const percent = budget.maxTokens <= 0 ? 0 : (totalTokens / budget.maxTokens) * 100;
  return {
    threadId,
    maxTokens: budget.maxTokens,
    promptTokens: budget.promptTokens,
    completionTokens: budget.completionTokens,
    totalTokens,
    remaining,
    percentUsed: Math.round(percent * 10) / 10,
    isExhausted: remaining <= 0,
  };
}
