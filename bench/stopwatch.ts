/** Runs it again and again; the times in milliseconds and what the last one gave. */
export async function timeRounds<T>(
  rounds: number,
  run: () => T | Promise<T>,
): Promise<{ readonly rounds: readonly number[]; readonly result: T }> {
  const times: number[] = [];
  for (;;) {
    const startedAt = performance.now();
    const result = await run();
    times.push(performance.now() - startedAt);
    if (times.length >= rounds) return { rounds: times, result };
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
