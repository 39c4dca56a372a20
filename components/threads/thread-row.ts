import type { ThreadRow } from '#organism/api/resources.ts';
import { percentUsed } from '#organism/gas.ts';
import { parseInstant } from '#organism/instant.ts';
import type { ThreadView } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

/** A thread as lists show it, from the store, from the live picture, or from both. Times are epoch ms. */
export type ThreadItem = {
  readonly id: string;
  /** One of THREAD_STATUSES, `cut off`, `unknown`, or a newer word. */
  readonly status: string;
  readonly participants: readonly string[];
  readonly messageCount: number;
  readonly createdAt: number | null;
  readonly lastActivity: number | null;
  readonly error: string | null;
  readonly budget: ThreadItemBudget | null;
  readonly tokens: number;
  /** Null: no usage is known. */
  readonly costNanos: number | null;
  readonly unpricedRequests: number;
};

type ThreadItemBudget = {
  readonly maxTokens: number;
  readonly totalTokens: number;
  readonly readAt: number;
};

/** An active thread of an earlier run: its organism restarted under it. */
const CUT_OFF = 'cut off';

export function liveStatus(thread: Pick<ThreadView, 'status' | 'run'>, run: number): string {
  return thread.status === 'active' && thread.run < run ? CUT_OFF : thread.status;
}

export function fromStored(row: ThreadRow): ThreadItem {
  const tokens = row.totalTokens ?? 0;
  const unpricedRequests = row.unpricedRequests ?? 0;
  const hasUsage = tokens > 0 || unpricedRequests > 0;
  return {
    id: row.id,
    status: row.status,
    participants: namesOf(row.participants),
    messageCount: row.messageCount,
    createdAt: parseInstant(row.createdAt),
    lastActivity: parseInstant(row.lastActivity ?? ''),
    error: row.error ?? null,
    budget: row.budget ?? null,
    tokens,
    costNanos: hasUsage ? (row.costNanos ?? null) : null,
    unpricedRequests,
  };
}

/** @param run the organism's present run */
export function fromLive(thread: ThreadView, run: number): ThreadItem {
  const { usage } = thread;
  return {
    id: thread.id,
    status: liveStatus(thread, run),
    participants: namesOf(thread.participants),
    messageCount: thread.messageCount,
    createdAt: thread.createdAt,
    lastActivity: thread.lastActivity,
    error: thread.error,
    budget: thread.budget,
    tokens: totalTokens(usage.tokens),
    costNanos: usage.requests === 0 ? null : usage.costNanos,
    unpricedRequests: usage.unpricedRequests,
  };
}

/**
 * The stored row with what has happened since. A thread that left the live picture and came back
 * starts its sums anew there: the larger sum is the truer one.
 */
export function mergeItems(stored: ThreadItem, live: ThreadItem): ThreadItem {
  const spent = live.tokens >= stored.tokens ? live : stored;
  return {
    ...live,
    messageCount: Math.max(stored.messageCount, live.messageCount),
    createdAt: live.createdAt ?? stored.createdAt,
    lastActivity: latest(stored.lastActivity, live.lastActivity),
    error: live.error ?? stored.error,
    budget: live.budget ?? stored.budget,
    tokens: spent.tokens,
    costNanos: spent.costNanos,
    unpricedRequests: spent.unpricedRequests,
  };
}

/** Percent of the budget spent; null without a budget or a limit. */
export function budgetPercent({ budget }: Pick<ThreadItem, 'budget'>): number | null {
  if (budget === null || budget.maxTokens <= 0) return null;
  return percentUsed(budget.totalTokens, budget.maxTokens);
}

/** Real servers put "" among the participants. */
function namesOf(participants: readonly string[]): string[] {
  return participants.filter((name) => name !== '').sort();
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
