import { z } from 'zod';

import { parseInstant } from '#organism/instant.ts';
import { isRecord } from '#organism/record.ts';
import { parseBounded } from '#server/ingest/limits.ts';

import { amount, anything, text } from '../lenient.ts';
import { asList, filled } from '../plain-values.ts';
import type { UnreadableInput } from '../source.ts';

/** The SDK's batch, read leniently: a refusal loses the caller's data for good. */

/** What the reference receiver takes at most. */
export const MAX_BATCH_BYTES = 16 << 20;
const MAX_EVENTS = 10_000;
const MAX_TOOL_CALLS = 20_000;
const REQUIRED = ['source_event_id', 'session_id', 'agent', 'ts'] as const;

const tokensSchema = z
  .object({
    input: amount,
    output: amount,
    cache_creation: amount,
    cache_read: amount,
    reasoning: amount,
  })
  .nullish()
  .catch(null);

const eventSchema = z.looseObject({
  source_event_id: z.string(),
  session_id: z.string(),
  agent: z.string(),
  ts: anything,
  kind: text,
  provider: text,
  model: text,
  tokens: tokensSchema,
  duration_ms: amount,
  billing: text,
  pricing_mode: text,
  content_excerpt: text,
});
export type WireEvent = z.infer<typeof eventSchema> & { readonly at: number };

const toolCallSchema = z.looseObject({
  external_call_id: z.string().min(1),
  session_id: z.string().min(1),
  source_event_id: text,
  agent: text,
  server: text,
  name: text,
  started_at: anything,
  status: text,
});
export type WireToolCall = z.infer<typeof toolCallSchema> & { readonly at: number };

export interface WireBatch {
  readonly deviceId: string;
  readonly app: string | null;
  readonly clientVersion: string | null;
  readonly events: readonly WireEvent[];
  readonly toolCalls: readonly WireToolCall[];
  /** Tool calls that name no call or no session, and those beyond the limit. */
  readonly unreadableToolCalls: readonly unknown[];
}

export type BatchReading =
  | { readonly ok: true; readonly batch: WireBatch }
  /** In the reference receiver's own words. */
  | {
      readonly ok: false;
      readonly status: 400 | 413;
      readonly error: string;
      readonly reason: UnreadableInput['reason'];
    };

/** All or nothing, as the reference receiver: one bad event refuses its batch. */
export function readBatch(body: string): BatchReading {
  const parsed = parseBounded(body, { maxBytes: MAX_BATCH_BYTES, source: 'modelstat batch' });
  if (!parsed.ok) {
    const { reason } = parsed;
    return reason === 'too-large'
      ? { ok: false, status: 413, error: 'batch too large', reason }
      : refuse('invalid json', reason);
  }
  const batch = parsed.value;
  if (!isRecord(batch)) return refuse('body must be a JSON object');
  const { events } = batch;
  if (!Array.isArray(events) || events.length === 0) {
    return refuse('events must be a non-empty array');
  }
  if (events.length > MAX_EVENTS) return refuse(`too many events (max ${MAX_EVENTS})`);
  const fault = findFault(events);
  return fault === null ? { ok: true, batch: toBatch(batch, events) } : refuse(fault);
}

function findFault(events: readonly unknown[]): string | null {
  for (const event of events) {
    if (!isRecord(event)) return 'each event must be an object';
    const missing = REQUIRED.find((field) => filled(event[field]) === null);
    if (missing !== undefined) return `event.${missing} is required`;
  }
  return null;
}

function toBatch(batch: Readonly<Record<string, unknown>>, events: readonly unknown[]): WireBatch {
  const read = events.map((event) => eventSchema.parse(event));
  // A time nobody can read is replaced by one of the same batch, so that a resend says the same.
  const fallback = read.map(({ ts }) => instantOf(ts)).find((at) => at !== null) ?? 0;
  const toolCalls: WireToolCall[] = [];
  const unreadableToolCalls: unknown[] = [];
  for (const [index, raw] of asList(batch['tool_calls']).entries()) {
    const call = toolCallSchema.safeParse(raw);
    if (!call.success || index >= MAX_TOOL_CALLS) unreadableToolCalls.push(raw);
    else toolCalls.push({ ...call.data, at: instantOf(call.data.started_at) ?? fallback });
  }
  return {
    deviceId: filled(batch['device_id']) ?? 'dev_sdk',
    app: filled(batch['app']),
    clientVersion: filled(batch['daemon_version']),
    events: read.map((event) => ({ ...event, at: instantOf(event.ts) ?? fallback })),
    toolCalls,
    unreadableToolCalls,
  };
}

function instantOf(value: unknown): number | null {
  return typeof value === 'string' ? parseInstant(value) : null;
}

function refuse(error: string, reason: UnreadableInput['reason'] = 'invalid-event'): BatchReading {
  return { ok: false, status: 400, error, reason };
}
