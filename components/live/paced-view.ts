import type { LiveStore, LiveView } from './live-store.ts';

/** The live picture a few times a second at most: for views that sort or draw thousands of rows. */
export interface PacedView {
  readonly getSnapshot: () => LiveView;
  /** @returns stops the subscription */
  readonly subscribe: (listener: () => void) => () => void;
}

export function createPacedView(deps: {
  readonly store: Pick<LiveStore, 'getSnapshot' | 'subscribe'>;
  readonly paceMs: number;
  /** @returns cancels the timer */
  setTimer(task: () => void, delayMs: number): () => void;
}): PacedView {
  const { store } = deps;
  const listeners = new Set<() => void>();
  let view = store.getSnapshot();
  let leaveStore: (() => void) | null = null;
  let cancelTimer: (() => void) | null = null;

  function show(): void {
    const next = store.getSnapshot();
    if (next === view) return;
    view = next;
    for (const listener of listeners) listener();
  }

  /** The first change shows at once; those of the next moment show together. */
  function follow(): void {
    if (cancelTimer !== null) return;
    show();
    cancelTimer = deps.setTimer(() => {
      cancelTimer = null;
      if (store.getSnapshot() !== view) follow();
    }, deps.paceMs);
  }

  return {
    getSnapshot() {
      // Nobody listens yet: nothing keeps the view fresh but this.
      if (listeners.size === 0) view = store.getSnapshot();
      return view;
    },
    subscribe(listener) {
      listeners.add(listener);
      leaveStore ??= store.subscribe(follow);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        leaveStore?.();
        leaveStore = null;
        cancelTimer?.();
        cancelTimer = null;
      };
    },
  };
}
