import type { ContextView, ThreadView } from '#organism/state.ts';

/** A thread whose source says how full its context window is. */
export type ContextRow = ContextView & { readonly threadId: string };

/** What was read last first: a window that was full a week ago says nothing of today. */
export function prepareContexts(threads: Iterable<ThreadView>): ContextRow[] {
  return [...threads]
    .flatMap(({ id, context }) => (context === undefined ? [] : [{ ...context, threadId: id }]))
    .sort((a, b) => b.readAt - a.readAt || a.threadId.localeCompare(b.threadId));
}
