import type { EventOf } from '#organism/event.ts';
import { budgetLevel } from '#organism/gas.ts';
import type { OrganismState } from '#organism/state.ts';

/** An error older than this has had its chance to be looked at. */
const ERROR_ATTENTION_MS = 15 * 60_000;

/** @param now epoch milliseconds of the server's clock */
export function countRecentErrors(errors: readonly EventOf<'error'>[], now: number): number {
  return errors.filter((error) => error.receivedAt > now - ERROR_ATTENTION_MS).length;
}

/** Threads that still run although their budget is spent. */
export function countExhausted(organism: OrganismState): number {
  let count = 0;
  for (const { status, budget } of organism.threads.values()) {
    if (status !== 'active' || budget === null || budget.run !== organism.run) continue;
    if (budgetLevel(budget.totalTokens, budget.maxTokens) === 'exhausted') count += 1;
  }
  return count;
}

/** Sources from which nothing comes at present. */
export function countTroubledSources(organism: OrganismState): number {
  return [...organism.sources.values()].filter(
    ({ state }) => state === 'retrying' || state === 'stopped',
  ).length;
}
