import type { LiveView } from '#components/live/live-store.ts';

import { fromEvent, type MessageItem } from './message-item.ts';

/** Rows kept of what came live; at the bound the older half goes, and is read from the store again. */
export const MAX_LOG_ITEMS = 10_000;
/** A list that changes more often than this cannot be read anyway. */
const SHOW_EVERY_MS = 250;

export interface MessageLog {
  /** @param onBreak messages were lost to the log: what is stored must be read anew */
  start(onBreak: () => void): void;
  /** Idempotent. */
  stop(): void;
  readonly subscribe: (listener: () => void) => () => void;
  /** In order of arrival. */
  readonly getSnapshot: () => readonly MessageItem[];
}

const EMPTY: readonly MessageItem[] = [];
export const getEmptyLog = (): readonly MessageItem[] => EMPTY;

/** Collects the messages that pass, beyond the few hundred the live picture holds. */
export function createMessageLog(deps: {
  readonly store: {
    getSnapshot(): LiveView;
    readonly subscribe: (listener: () => void) => () => void;
  };
  matches(message: MessageItem): boolean;
  /** @returns cancels the timer */
  setTimer(task: () => void, delayMs: number): () => void;
}): MessageLog {
  const listeners = new Set<() => void>();
  let shown = EMPTY;
  let current = EMPTY;
  let lastSeq = 0;
  let cancelTimer: (() => void) | null = null;
  let unsubscribe: (() => void) | null = null;
  let isBroken = false;
  let onBreak = (): void => {};

  function look(): void {
    const { recentMessages, seq, counts } = deps.store.getSnapshot().organism;
    if (seq < lastSeq) startAnew();
    const start = recentMessages.findLastIndex((message) => message.seq <= lastSeq) + 1;
    const arrived = recentMessages.slice(start);
    if (arrived.length === 0) return;
    const isCut = counts.messages > recentMessages.length;
    if (start === 0 && lastSeq > 0 && isCut) startAnew();
    lastSeq = arrived.at(-1)?.seq ?? lastSeq;
    const passing = arrived.map(fromEvent).filter((message) => deps.matches(message));
    if (passing.length > 0) add(passing);
  }

  /** After a hole, or with another journal: the log holds only what follows without one. */
  function startAnew(): void {
    current = EMPTY;
    lastSeq = 0;
    isBroken = true;
    showSoon();
  }

  function add(messages: readonly MessageItem[]): void {
    current = [...current, ...messages];
    if (current.length > MAX_LOG_ITEMS) {
      current = current.slice(-MAX_LOG_ITEMS / 2);
      isBroken = true;
    }
    showSoon();
  }

  function showSoon(): void {
    cancelTimer ??= deps.setTimer(() => {
      cancelTimer = null;
      show();
    }, SHOW_EVERY_MS);
  }

  function show(): void {
    shown = current;
    for (const listener of listeners) listener();
    if (!isBroken) return;
    isBroken = false;
    onBreak();
  }

  return {
    start(tellBreak) {
      onBreak = tellBreak;
      unsubscribe ??= deps.store.subscribe(look);
      look();
      show();
    },
    stop() {
      unsubscribe?.();
      unsubscribe = null;
      cancelTimer?.();
      cancelTimer = null;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => shown,
  };
}
