import type { UnreadableInput } from '#server/sources/source.ts';

import { parseBounded } from './limits.ts';
import type { PushedInput } from './push.ts';

/** Events in one request or frame; larger deliveries are sent in parts. */
export const MAX_PUSH_EVENTS = 10_000;
/** One event; the text in it is bounded further by its schema. */
const MAX_EVENT_BYTES = 1 << 20;
const SOURCE = 'body';

/** A text with events in it, read; or why none of it can be. */
export type EventBody =
  | { readonly ok: true; readonly inputs: readonly PushedInput[] }
  | { readonly ok: false; readonly reason: UnreadableInput['reason']; readonly detail: string };

/** One JSON document: an array of events, or one event. A fault anywhere is a fault of the whole. */
export function readJsonBody(text: string, maxBytes: number): EventBody {
  const parsed = parseBounded(text, { maxBytes, source: SOURCE });
  if (!parsed.ok) return parsed;
  const drafts: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (drafts.length > MAX_PUSH_EVENTS) return tooMany();
  return { ok: true, inputs: drafts.map((draft) => ({ ok: true, draft })) };
}

/** One event a line; blank lines are nothing. A line that cannot be read costs no other line. */
export function readLines(text: string): EventBody {
  const inputs: PushedInput[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (inputs.length >= MAX_PUSH_EVENTS) return tooMany();
    inputs.push(readLine(line, inputs.length));
  }
  return { ok: true, inputs };
}

function readLine(line: string, index: number): PushedInput {
  const source = `event ${index}`;
  const parsed = parseBounded(line, { maxBytes: MAX_EVENT_BYTES, source });
  if (parsed.ok) return { ok: true, draft: parsed.value };
  const { reason, detail } = parsed;
  return { ok: false, reject: { reason, detail, sample: line } };
}

function tooMany(): EventBody {
  const detail = `${SOURCE}: more than ${MAX_PUSH_EVENTS} events; send them in parts`;
  return { ok: false, reason: 'too-large', detail };
}
