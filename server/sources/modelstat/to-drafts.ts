import type { DraftOf, EventDraft } from '#organism/event.ts';
import { isRecord } from '#organism/record.ts';
import type { TokenClasses } from '#organism/tokens.ts';

import {
  USER,
  agentDraft,
  clip,
  errorDraft,
  factsOnce,
  messageDraft,
  organismDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import { asRecord, whole } from '../plain-values.ts';
import type { WireBatch, WireEvent, WireToolCall } from './wire.ts';

/**
 * A batch to canonical drafts, pure. Every key is made of the SDK's own ids and every body of the
 * batch alone, so that a batch sent again, whole or in parts, changes nothing. Of the two forms of
 * one call, excerpt and full text, the longer is shown, whichever comes first.
 */

/** Within a key that holds another id too. */
const MAX_EVENT_ID_CHARS = 120;
/** Parts of the excerpt: what was asked, and what was answered. */
const EXCERPT_SEPARATOR = '\n---\n';
/** The SDK's own limit; beyond it the text is cut. */
const MAX_EXCERPT_BYTES = 262_144;
const FAILED: ReadonlySet<string> = new Set(['error', 'denied', 'timeout']);
/** Wrapped clients report prompt and completion only: a zero of theirs says nothing. */
const WRAPPED_CLIENT = /^raw_sdk_/;
const READ_FIELDS: ReadonlySet<string> = new Set([
  'source_event_id',
  'session_id',
  'agent',
  'ts',
  'kind',
  'content_excerpt',
  'at',
]);

/** A device, and the application on it where one is named: ids repeat only within a device. */
export function organismIdOf({ deviceId, app }: WireBatch): string {
  const name = app === null ? deviceId : `${deviceId}/${app}`;
  return clip(`modelstat:loopback:${name}`);
}

export function toDrafts(batch: WireBatch): EventDraft[] {
  const drafts: EventDraft[] = [deviceDraft(batch)];
  for (const event of batch.events) drafts.push(...eventDrafts(event));
  for (const call of batch.toolCalls) drafts.push(...toolCallDrafts(call));
  return factsOnce(drafts).map((draft) => amendable(repeatable(draft)));
}

function amendable(draft: EventDraft): EventDraft {
  return draft.type === 'message' ? { ...draft, mayAmend: true } : draft;
}

function deviceDraft({ deviceId, app, clientVersion, events }: WireBatch): EventDraft {
  const at = events.reduce((first, event) => Math.min(first, event.at), Infinity);
  const name = clip(app === null ? deviceId : `${deviceId} (${app})`);
  return organismDraft(name, at, clientVersion === null ? [] : [['client', clientVersion]]);
}

function eventDrafts(event: WireEvent): EventDraft[] {
  const agent = clip(event.agent);
  const drafts: EventDraft[] = [
    agentDraft(agent, event.at),
    threadDraft(clip(event.session_id), event.at),
    saidDraft(event, agent),
  ];
  const usage = usageDraft(event, agent);
  if (usage !== null) drafts.push(usage);
  return drafts;
}

function saidDraft(event: WireEvent, agent: string): EventDraft {
  const kind = clip(event.kind ?? 'assistant_message');
  const id = clip(event.source_event_id);
  return messageDraft({
    key: `message:${id}`,
    at: event.at,
    id,
    threadId: clip(event.session_id),
    ...endsOf(kind, agent),
    payloadType: kind,
    payload: payloadOf(event),
  });
}

function endsOf(kind: string, agent: string): { from: string; to: string } {
  if (kind === 'user_message') return { from: USER, to: agent };
  if (kind === 'tool_result') return { from: 'tool', to: agent };
  if (kind === 'tool_call') return { from: agent, to: 'tool' };
  return { from: agent, to: USER };
}

/** What was said, and whatever else the record carries, known or not. */
function payloadOf(event: WireEvent): Record<string, unknown> {
  const payload: Record<string, unknown> = { ...splitExcerpt(event.content_excerpt ?? '') };
  for (const [field, value] of Object.entries(event)) {
    if (!READ_FIELDS.has(field) && value !== null && value !== undefined) payload[field] = value;
  }
  return payload;
}

function splitExcerpt(excerpt: string): Record<string, string> {
  const text = clipBytes(excerpt);
  if (text === '') return {};
  const at = text.indexOf(EXCERPT_SEPARATOR);
  if (at === -1) return { text };
  return { prompt: text.slice(0, at), completion: text.slice(at + EXCERPT_SEPARATOR.length) };
}

/** Between two characters. */
function clipBytes(text: string): string {
  if (Buffer.byteLength(text) <= MAX_EXCERPT_BYTES) return text;
  const bytes = Buffer.from(text).subarray(0, MAX_EXCERPT_BYTES);
  return new TextDecoder().decode(bytes, { stream: true });
}

function usageDraft(event: WireEvent, agent: string): DraftOf<'usage'> | null {
  const tokens = tokensOf(event);
  if (Object.values(tokens).every((count) => count === 0)) return null;
  const { source_event_id: id, session_id: session } = event;
  const billing = event.billing ?? event.pricing_mode;
  return {
    type: 'usage',
    key: `usage:${clip(id)}`,
    occurredAt: event.at,
    id: clip(id),
    threadId: clip(session),
    agent,
    model: clip(event.model ?? ''),
    provider: clip(event.provider ?? ''),
    org: null,
    user: null,
    tokens,
    notReported: notReported(event, tokens),
    latencyMs: event.duration_ms ?? null,
    reportedCostNanos: null,
    ...(billing === 'subscription' ? { billing } : {}),
    metadata: usageMetadata(event),
  };
}

function tokensOf({ tokens }: WireEvent): TokenClasses {
  return {
    inputFresh: whole(tokens?.input),
    cacheRead: whole(tokens?.cache_read),
    cacheWrite: whole(tokens?.cache_creation),
    outputVisible: whole(tokens?.output),
    reasoning: whole(tokens?.reasoning),
  };
}

function notReported({ agent, tokens: wire }: WireEvent, tokens: TokenClasses) {
  const fields = [
    ['cacheRead', wire?.cache_read],
    ['cacheWrite', wire?.cache_creation],
    ['reasoning', wire?.reasoning],
  ] as const;
  const isWrapped = WRAPPED_CLIENT.test(agent) && fields.every(([name]) => tokens[name] === 0);
  return fields
    .filter(([, value]) => isWrapped || value === null || value === undefined)
    .map(([name]) => name);
}

function usageMetadata(event: WireEvent): Record<string, unknown> {
  const { metadata, cwd, git, billing, pricing_mode: pricingMode } = event;
  return {
    ...asRecord(metadata),
    ...(typeof cwd === 'string' ? { cwd } : {}),
    ...(isRecord(git) ? { git } : {}),
    ...((billing ?? pricingMode) == null ? {} : { billing: billing ?? pricingMode }),
  };
}

function toolCallDrafts(call: WireToolCall): EventDraft[] {
  const agent = clip(call.agent ?? 'agent');
  const tool = clip(`${call.server ?? 'builtin'}/${call.name ?? 'tool'}`);
  const { external_call_id: id, source_event_id: eventId, session_id, at } = call;
  const threadId = clip(session_id);
  // The call's id is 64 bits of a hash: with its event's id it is no other call's.
  const key = `${(eventId ?? '').slice(0, MAX_EVENT_ID_CHARS)}:${clip(id)}`;
  const { session_id: _session, at: _at, ...payload } = call;
  const ends = { threadId, from: agent, to: tool, payloadType: 'tool_call' };
  const drafts: EventDraft[] = [
    agentDraft(tool, at, { isAgent: false }),
    threadDraft(threadId, at),
    messageDraft({ key: `tool:${key}`, at, id: clip(id), ...ends, payload }),
  ];
  if (FAILED.has(call.status ?? '')) {
    const text = `${tool}: ${call.status}`;
    drafts.push(
      errorDraft({ key: `tool-error:${key}`, at, threadId, agent, text, severity: 'warning' }),
    );
  }
  return drafts;
}
