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
