import { asRecord, countOf } from './plain-values.ts';

const HOUR = 'ephemeral_1h_input_tokens';

/**
 * How much of what was written to a cache is kept for an hour, from usage in Anthropic's shape or
 * with its names spelt as paths; 0 where nothing says so.
 */
export function hourWrites(usage: unknown): number {
  const fields = asRecord(usage);
  const kept = asRecord(fields['cache_creation']);
  return countOf(kept[HOUR] ?? fields[`cache_creation.${HOUR}`]) ?? 0;
}

/** For a call: nothing where nothing is kept for an hour, and never more than was written. */
export function hourField(hour: number, cacheWrite: number): { cacheWrite1h?: number } {
  return hour > 0 && cacheWrite > 0 ? { cacheWrite1h: Math.min(hour, cacheWrite) } : {};
}
