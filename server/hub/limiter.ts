/** Lets a few tasks run at once; the others wait their turn. */
export interface Limiter {
  run(task: () => Promise<void>): Promise<void>;
}

/** Callers bound the queue: each socket has at most one task in it. */
export function createLimiter(maxRunning: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(task) {
      if (running >= maxRunning) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      } else running += 1;
      try {
        await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
