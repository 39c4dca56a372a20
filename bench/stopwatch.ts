interface Timed<T> {
  /** Milliseconds. */
  readonly rounds: readonly number[];
  readonly result: T;
}

/** Runs it again and again; the times in milliseconds and what the last one gave. */
export async function timeRounds<T>(rounds: number, run: () => T | Promise<T>): Promise<Timed<T>> {
  const times: number[] = [];
  for (;;) {
    const startedAt = performance.now();
    const result = await run();
    times.push(performance.now() - startedAt);
    if (times.length >= rounds) return { rounds: times, result };
  }
}

/** Runs both in turns, so that a busy spell of the machine falls on both. */
export async function timeInTurns<T>(
  rounds: number,
  [a, b]: readonly [run: () => Promise<T>, control: () => Promise<T>],
): Promise<readonly [Timed<T>, Timed<T>]> {
  const times: [number[], number[]] = [[], []];
  for (;;) {
    const first = await timeRounds(1, a);
    const second = await timeRounds(1, b);
    times[0].push(...first.rounds);
    times[1].push(...second.rounds);
    if (times[0].length >= rounds) {
      return [
        { rounds: times[0], result: first.result },
        { rounds: times[1], result: second.result },
      ];
    }
  }
}

export interface Spent {
  readonly elapsedMs: number;
  /** Of all threads of this process: the same on a busy machine as on a quiet one, nearly. */
  readonly cpuMs: number;
}

export async function measureSpent(run: () => unknown): Promise<Spent> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await run();
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { elapsedMs, cpuMs: (user + system) / 1000 };
}
