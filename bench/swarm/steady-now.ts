/**
 * Milliseconds of the machine's monotonic clock, with a fraction: the same clock in every process,
 * which `performance.now()` is not.
 */
export function steadyNow(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6;
}
