import { percentUsed } from '#organism/gas.ts';
import type { BudgetView, OrganismState, ThreadView } from '#organism/state.ts';

/** A running thread with a budget of the present run. */
export type BudgetedThread = ThreadView & { readonly budget: BudgetView };

/** Running threads by how much of their budget is spent, the fullest first. */
export function hottestThreads({ threads, run }: OrganismState): BudgetedThread[] {
  return [...threads.values()]
    .filter((thread): thread is BudgetedThread => isBurning(thread, run))
    .sort((a, b) => percentOf(b) - percentOf(a) || b.budget.totalTokens - a.budget.totalTokens);
}

/** An unlimited budget cannot run dry. */
function isBurning({ status, budget }: ThreadView, run: number): boolean {
  return status === 'active' && budget !== null && budget.run === run && budget.maxTokens > 0;
}

function percentOf({ budget }: BudgetedThread): number {
  return percentUsed(budget.totalTokens, budget.maxTokens);
}
