import type { ThreadSort } from '#components/api/use-threads.ts';
import { THREAD_STATUSES } from '#organism/agentserver/entities.ts';
import type { OrganismState, ThreadView } from '#organism/state.ts';

import { budgetPercent, fromLive, liveStatus, mergeItems, type ThreadItem } from './thread-row.ts';

/** What the list is narrowed to, as the server understands it. */
export type ThreadFilter = {
  readonly status: string | null;
  readonly agent: string | null;
  readonly text: string;
  /** Active at or after, in epoch milliseconds. */
  readonly since: number | null;
};

export type ThreadOrder = { readonly sort: ThreadSort; readonly isDescending: boolean };

/**
 * The stored pages with the live picture over them. Live threads the pages do not hold join in where
 * they belong among the loaded rows; beyond the last of them the next page is the truth.
 */
export function mergeThreads(input: {
  readonly stored: readonly ThreadItem[];
  readonly live: ReadonlyMap<string, ThreadView>;
  readonly run: number;
  readonly filter: ThreadFilter;
  readonly order: ThreadOrder;
  readonly hasMore: boolean;
}): ThreadItem[] {
  const { live, run, filter, order } = input;
  // A thread that moved on while later pages were read is in two of them.
  const stored = [...new Map(input.stored.map((item) => [item.id, item])).values()];
  const merged = stored.map((item) => {
    const now = live.get(item.id);
    return now === undefined ? item : mergeItems(item, fromLive(now, run));
  });
  const known = new Set(stored.map((item) => item.id));
  const last = stored.at(-1);
  const joining = [...live.values()]
    .filter((thread) => !known.has(thread.id))
    .map((thread) => fromLive(thread, run))
    .filter((item) => matchesFilter(item, filter))
    .filter((item) => !input.hasMore || last === undefined || isBefore(item, last, order));
  return [...merged.filter((item) => isStillMatching(item, filter)), ...joining];
}

export type StatusCounts = ReadonlyMap<string, number>;

/** Threads by status in the live picture. */
export function countStatuses(organism: Pick<OrganismState, 'threads' | 'run'>): StatusCounts {
  const counts = new Map<string, number>(THREAD_STATUSES.map((status) => [status, 0]));
  for (const thread of organism.threads.values()) {
    const status = liveStatus(thread, organism.run);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

/** What a column sorts by, the same on the server and here. Null sorts last. */
export function sortValue(item: ThreadItem, sort: ThreadSort): number | null {
  switch (sort) {
    case 'activity':
      return item.lastActivity;
    case 'created':
      return item.createdAt;
    case 'messages':
      return item.messageCount;
    case 'tokens':
      return item.tokens;
    case 'cost':
      return item.costNanos;
    case 'budget':
      return budgetPercent(item);
  }
}

function isBefore(item: ThreadItem, last: ThreadItem, order: ThreadOrder): boolean {
  const value = sortValue(item, order.sort);
  const bound = sortValue(last, order.sort);
  if (value === null) return false;
  if (bound === null) return true;
  return order.isDescending ? value > bound : value < bound;
}

function matchesFilter(item: ThreadItem, filter: ThreadFilter): boolean {
  if (!isStillMatching(item, filter)) return false;
  if (filter.agent !== null && !item.participants.includes(filter.agent)) return false;
  if (filter.since !== null && (item.lastActivity ?? 0) < filter.since) return false;
  return filter.text === '' || holdsText(item, filter.text.toLowerCase());
}

/** What may change under a row the server chose: only its status. */
function isStillMatching(item: ThreadItem, filter: ThreadFilter): boolean {
  return filter.status === null || item.status === filter.status;
}

/** The text of messages only the server can search. */
function holdsText(item: ThreadItem, text: string): boolean {
  return [item.id, item.error ?? '', ...item.participants].some((part) =>
    part.toLowerCase().includes(text),
  );
}
