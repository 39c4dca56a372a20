import { z } from 'zod';

import type { DraftOf, EventDraft } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';

import type { WireBatch, WireEvent, WireToolCall } from './wire.ts';

/**
 * A batch to canonical drafts, pure. Every key is made of the SDK's own ids and every body of the
 * batch alone, so that a batch sent again, whole or in parts, changes nothing.
 */

const MAX_ID_CHARS = 256;
const MAX_NAME_CHARS = 120;
/** Parts of the excerpt: what was asked, and what was answered. */
const EXCERPT_SEPARATOR = '\n---\n';
/** The SDK's own limit; beyond it the text is cut. */
const MAX_EXCERPT_CHARS = 262_144;
const USER = 'user';
const FAILED: ReadonlySet<string> = new Set(['error', 'denied', 'timeout']);
/** Wrapped clients report prompt and completion only: a zero of theirs says nothing. */
const WRAPPED_CLIENT = /^raw_sdk_/;
const recordSchema = z.record(z.string(), z.unknown());
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
  return `modelstat:loopback:${name}`.slice(0, MAX_ID_CHARS);
}

export function toDrafts(batch: WireBatch): EventDraft[] {
  const drafts: EventDraft[] = [organismDraft(batch)];
  for (const event of batch.events) drafts.push(...eventDrafts(event));
  for (const call of batch.toolCalls) drafts.push(...toolCallDrafts(call));
  return once(drafts);
}

/** Things that many records mention need saying once per batch; the journal sees to the rest. */
function once(drafts: readonly EventDraft[]): EventDraft[] {
  const seen = new Set<string>();
  return drafts.filter(({ key, type }) => {
    const isFact = type === 'message' || type === 'usage';
    if (!isFact && seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function organismDraft({ deviceId, app, clientVersion, events }: WireBatch): EventDraft {
  const at = Math.min(...events.map((event) => event.at));
  const name = app === null ? deviceId : `${deviceId} (${app})`;
  return {
    type: 'organism',
    key: `organism:${clip(deviceId)}:${clip(app ?? '')}`,
    occurredAt: at,
    name: name.slice(0, MAX_ID_CHARS),
    status: 'running',
    uptimeSeconds: 0,
    startedAt: at,
    ...(clientVersion === null ? {} : { config: { client: clientVersion } }),
  };
}

function eventDrafts(event: WireEvent): EventDraft[] {
  const agent = clip(event.agent);
  const drafts: EventDraft[] = [
    agentDraft(agent, event.at, true),
    threadDraft(event.session_id, event.at),
    messageDraft(event, agent),
  ];
  const usage = usageDraft(event, agent);
  if (usage !== null) drafts.push(usage);
  return drafts;
}

function agentDraft(agent: string, at: number, isAgent: boolean): EventDraft {
  return {
    type: 'agent',
    key: `agent:${agent}`,
    occurredAt: at,
    agent,
    description: '',
    isAgent,
    peers: [],
    payloadClass: '',
  };
}

function threadDraft(sessionId: string, at: number): EventDraft {
  const threadId = sessionId.slice(0, MAX_ID_CHARS);
  return {
    type: 'thread_created',
    key: `thread:${threadId}`,
    occurredAt: at,
    threadId,
    status: 'active',
    createdAt: at,
  };
}

function messageDraft(event: WireEvent, agent: string): DraftOf<'message'> {
  const kind = clip(event.kind ?? 'assistant_message');
  return {
    type: 'message',
    key: `message:${event.source_event_id.slice(0, MAX_ID_CHARS)}`,
    occurredAt: event.at,
    id: event.source_event_id.slice(0, MAX_ID_CHARS),
    threadId: event.session_id.slice(0, MAX_ID_CHARS),
    ...endsOf(kind, agent),
    payloadType: kind,
    payload: payloadOf(event),
  };
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
  const text = excerpt.slice(0, MAX_EXCERPT_CHARS);
  if (text === '') return {};
  const at = text.indexOf(EXCERPT_SEPARATOR);
  if (at === -1) return { text };
  return { prompt: text.slice(0, at), completion: text.slice(at + EXCERPT_SEPARATOR.length) };
}

function usageDraft(event: WireEvent, agent: string): DraftOf<'usage'> | null {
  const tokens = tokensOf(event);
  if (Object.values(tokens).every((count) => count === 0)) return null;
  const { source_event_id: id, session_id: session } = event;
  const billing = event.billing ?? event.pricing_mode;
  return {
    type: 'usage',
    key: `usage:${id.slice(0, MAX_ID_CHARS)}`,
    occurredAt: event.at,
    id: id.slice(0, MAX_ID_CHARS),
    threadId: session.slice(0, MAX_ID_CHARS),
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
  const tags = recordSchema.safeParse(metadata).data ?? {};
  return {
    ...tags,
    ...(typeof cwd === 'string' ? { cwd } : {}),
    ...(typeof git === 'object' && git !== null ? { git } : {}),
    ...((billing ?? pricingMode) == null ? {} : { billing: billing ?? pricingMode }),
  };
}

function toolCallDrafts(call: WireToolCall): EventDraft[] {
  const agent = clip(call.agent ?? 'agent');
  const tool = clip(`${call.server ?? 'builtin'}/${call.name ?? 'tool'}`);
  const { external_call_id: id, source_event_id: eventId, session_id, at } = call;
  const threadId = session_id.slice(0, MAX_ID_CHARS);
  // The call's id is 64 bits of a hash: with its event's id it is no other call's.
  const key = `${(eventId ?? '').slice(0, MAX_NAME_CHARS)}:${clip(id)}`;
  const { session_id: _session, at: _at, ...payload } = call;
  const drafts: EventDraft[] = [
    agentDraft(tool, at, false),
    threadDraft(session_id, at),
    {
      type: 'message',
      key: `tool:${key}`,
      occurredAt: at,
      id: clip(id),
      threadId,
      from: agent,
      to: tool,
      payloadType: 'tool_call',
      payload,
    },
  ];
  const { status } = call;
  if (status !== null && status !== undefined && FAILED.has(status)) {
    const text = `${tool}: ${status}`;
    drafts.push({
      type: 'error',
      key: `tool-error:${key}`,
      occurredAt: at,
      threadId,
      agent,
      text,
      severity: 'warning',
    });
  }
  return drafts;
}

function whole(value: number | null | undefined): number {
  return Math.floor(value ?? 0);
}

function clip(text: string): string {
  return text.slice(0, MAX_NAME_CHARS);
}
