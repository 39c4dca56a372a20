import { z } from 'zod';

import { parseBounded } from '#server/ingest/limits.ts';

import { text, texts } from '../lenient.ts';
import type { UnreadableInput } from '../source.ts';
import { countersSchema } from './ledger.ts';

/** Lines of `codex exec --json`, read leniently: builds add events, items and fields. */

/** One command may print this much; a longer line is refused. */
export const MAX_LINE_BYTES = 16 << 20;
const MAX_SAMPLE_CHARS = 200;

const whole = z.number().int().nullish().catch(null);
const worded = z.looseObject({ message: text }).nullish().catch(null);

export const itemSchema = z.looseObject({
  id: text,
  type: z.string().min(1),
  text,
  message: text,
  status: text,
  command: text,
  aggregated_output: text,
  exit_code: whole,
  changes: z
    .array(z.looseObject({ path: z.string(), kind: text }))
    .nullish()
    .catch(null),
  server: text,
  tool: text,
  error: worded,
  sender_thread_id: text,
  receiver_thread_ids: texts,
  prompt: text,
  agents_states: z
    .record(z.string(), z.looseObject({ status: text, message: text }))
    .nullish()
    .catch(null),
  query: text,
});
export type CodexItem = z.infer<typeof itemSchema>;

const eventSchema = z.looseObject({
  type: z.string().min(1),
  thread_id: text,
  usage: countersSchema.nullish().catch(null),
  error: worded,
  message: text,
  item: itemSchema.nullish().catch(null),
});
export type ExecEvent = z.infer<typeof eventSchema>;

export type LineReading<T> =
  | { readonly kind: 'line'; readonly line: T }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable'; readonly reject: UnreadableInput };

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

export function readExecLine(raw: string): LineReading<ExecEvent> {
  return readLine(raw, eventSchema, 'codex exec line');
}
