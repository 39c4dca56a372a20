import { hottestThreads } from '#components/gauge/hot-threads.ts';
import { MINUTE_MS } from '#organism/durations.ts';
import type { EventOf } from '#organism/event.ts';
import { budgetLevel } from '#organism/gas.ts';
import type { OrganismState } from '#organism/state.ts';

/** An error older than this has had its chance to be looked at. */
export const ERROR_ATTENTION_MS = 15 * MINUTE_MS;

/** @param now epoch milliseconds of the server's clock */
export function countRecentErrors(errors: readonly EventOf<'error'>[], now: number): number {
  return errors.filter((error) => error.receivedAt > now - ERROR_ATTENTION_MS).length;
}

/** Threads that still run although their budget is spent. */
export function countExhausted(organism: OrganismState): number {
  return hottestThreads(organism).filter(
    ({ budget }) => budgetLevel(budget.totalTokens, budget.maxTokens) === 'exhausted',
  ).length;
}

/** Sources from which nothing comes at present. */
export function countTroubledSources(organism: OrganismState): number {
  return [...organism.sources.values()].filter(
    ({ state }) => state === 'retrying' || state === 'stopped',
  ).length;
}
