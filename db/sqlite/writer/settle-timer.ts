import type { GroupCommit } from './group-commit.ts';
import { SETTLE_INTERVAL_MS } from './group-commit.ts';

/** Settles what the last commits of a busy time left in memory, when no other commit comes to do it. */
export interface SettleTimer {
  /** To be called after each commit. */
  readonly start: () => void;
  readonly stop: () => void;
}

export function createSettleTimer(group: Pick<GroupCommit, 'settle' | 'isSettled'>): SettleTimer {
  let timer: NodeJS.Timeout | null = null;

  function settle(): void {
    timer = null;
    try {
      group.settle();
    } catch {
      // Another process holds the database or the disk is full: whoever writes or asks is told so.
      start();
    }
  }

  function start(): void {
    if (timer === null && !group.isSettled()) timer = setTimeout(settle, SETTLE_INTERVAL_MS);
  }

  return {
    start,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
