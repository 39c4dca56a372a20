import type { UnreadableInput } from '#server/sources/source.ts';

import { parseBounded } from './limits.ts';

/** Events in one request or frame; larger deliveries are sent in parts. */
const MAX_PUSH_EVENTS = 10_000;

/**
 * Names in all objects of one event. As many take some 40 ms to read and redact, 200,000 half a second
 * of the event loop.
 */
export const MAX_EVENT_KEYS = 20_000;

/** One event that a sender sent: read already, or a line that nobody has looked at. */
export type PushedInput = { readonly draft: unknown } | { readonly line: string };

export interface PushedInputs {
  readonly inputs: readonly PushedInput[];
  /** Of all of them as they were sent: how heavy they are. */
  readonly chars: number;
}

/** A text with events in it, taken apart; or why none of it can be. */
export type EventBody =
  | ({ readonly ok: true } & PushedInputs)
  | { readonly ok: false; readonly reason: UnreadableInput['reason']; readonly detail: string };

/** One JSON document: an array of events, or one event. A fault anywhere is a fault of the whole. */
export function readJsonBody(text: string, maxBytes: number): EventBody {
  const parsed = parseBounded(text, { maxBytes, maxEventKeys: MAX_EVENT_KEYS, source: 'body' });
  if (!parsed.ok) return parsed;
  const drafts: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (drafts.length > MAX_PUSH_EVENTS) return tooMany();
  return { ok: true, inputs: drafts.map((draft) => ({ draft })), chars: text.length };
}

/**
 * One event a line; blank lines are nothing. The lines are read when their turn comes, so that a
 * large body stalls nobody, and one that cannot be read costs no other.
 */
export function readLines(text: string): EventBody {
  const inputs: PushedInput[] = [];
  for (const line of text.split('\n')) {
    if (isBlank(line)) continue;
    if (inputs.length >= MAX_PUSH_EVENTS) return tooMany();
    inputs.push({ line });
  }
  return { ok: true, inputs, chars: text.length };
}

const OPEN_BRACE = 0x7b;

function isBlank(line: string): boolean {
  return line.charCodeAt(0) !== OPEN_BRACE && line.trim() === '';
}

function tooMany(): EventBody {
  const detail = `body: more than ${MAX_PUSH_EVENTS} events; send them in parts`;
  return { ok: false, reason: 'too-large', detail };
}
