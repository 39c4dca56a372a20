import type { OrganismState, ThreadView } from '#organism/state.ts';
import { totalTokens } from '#organism/tokens.ts';

export interface BusyThread {
  readonly thread: ThreadView;
  readonly tokens: number;
  /** Of the busiest one's tokens, 0 to 100. */
  readonly share: number;
}

/** Threads by the tokens they used, the most first; running ones before those that have ended. */
export function busiestThreads({ threads, run }: OrganismState, limit: number): BusyThread[] {
  const busy = [...threads.values()]
    .map((thread) => ({ thread, tokens: totalTokens(thread.usage.tokens) }))
    .sort(
      (a, b) =>
        Number(isRunning(b.thread, run)) - Number(isRunning(a.thread, run)) ||
        b.tokens - a.tokens ||
        (b.thread.lastActivity ?? 0) - (a.thread.lastActivity ?? 0),
    )
    .slice(0, limit);
  const most = Math.max(1, ...busy.map(({ tokens }) => tokens));
  return busy.map((row) => ({ ...row, share: (row.tokens / most) * 100 }));
}

function isRunning(thread: ThreadView, run: number): boolean {
  return thread.status === 'active' && thread.run === run;
}
