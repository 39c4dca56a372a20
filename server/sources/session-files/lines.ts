import type { z } from 'zod';

import { parseBounded } from '#server/ingest/limits.ts';

import { asRecord } from '../plain-values.ts';
import type { UnreadableInput } from '../source.ts';

/** Lines of JSON that a runtime writes, one object each. */

/** One command may print this much; a longer line is refused. */
export const MAX_LINE_BYTES = 16 << 20;
const MAX_SAMPLE_CHARS = 200;

export type LineReading<T> =
  | { readonly kind: 'line'; readonly line: T }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable'; readonly reject: UnreadableInput };

/** A line that nothing is reported of when it cannot be read: it counts as one without fields. */
export function parseRecord(raw: string): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(raw));
  } catch {
    return {};
  }
}

/** @param source names the wire in what is said of an unreadable line */
export function readLine<S extends z.ZodType>(
  raw: string,
  schema: S,
  source: string,
): LineReading<z.output<S>> {
  if (raw.trim() === '') return { kind: 'blank' };
  const sample = raw.slice(0, MAX_SAMPLE_CHARS);
  const parsed = parseBounded(raw, { maxBytes: MAX_LINE_BYTES, source });
  if (!parsed.ok) {
    const { reason, detail } = parsed;
    return { kind: 'unreadable', reject: { reason, detail, sample } };
  }
  const line = schema.safeParse(parsed.value);
  if (line.success) return { kind: 'line', line: line.data };
  const detail = `${source}: expected an object with a filled "type"`;
  return { kind: 'unreadable', reject: { reason: 'invalid-event', detail, sample } };
}
