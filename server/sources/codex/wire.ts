import { z } from 'zod';

import { text, texts } from '../lenient.ts';
import type { LineReading } from '../session-files/lines.ts';
import { readLine } from '../session-files/lines.ts';
import { countersSchema } from './ledger-schema.ts';

/** Lines of `codex exec --json`, read leniently: builds add events, items and fields. */

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

export function readExecLine(raw: string): LineReading<ExecEvent> {
  return readLine(raw, eventSchema, 'codex exec line');
}
