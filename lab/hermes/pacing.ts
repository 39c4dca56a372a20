/** Lets things happen one after the other, as slowly as a real server would. */
export interface Pacing {
  readonly after: (delayMs: number, task: () => void) => void;
  /** Nothing that waits happens any more. */
  readonly stop: () => void;
}

export function createPacing(): Pacing {
  const timers = new Set<NodeJS.Timeout>();
  return {
    after(delayMs, task) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, delayMs);
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
