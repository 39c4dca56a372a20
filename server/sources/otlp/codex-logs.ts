import type { EventDraft } from '#organism/event.ts';

import { USER, agentDraft, clip, errorDraft, messageDraft, threadDraft } from '../drafts.ts';
import { filled } from '../plain-values.ts';
import { textOf } from './aliases.ts';
import { usageDraft } from './usage-draft.ts';
import type { OtlpLog } from './wire.ts';
import { numberOf, spelt } from './wire.ts';

/** Codex's log events. Two records tell of each completed call; the one with counts is billed. */

const CODEX_AGENT = 'codex';
const PROVIDER = 'openai';

export function codexDrafts(event: string, log: OtlpLog): EventDraft[] {
  const thread = clip(textOf(log.attributes, 'thread') ?? 'unknown');
  const own = eventDrafts(event, log, thread);
  if (own.length === 0) return [];
  return [agentDraft(CODEX_AGENT, log.at), threadDraft(thread, log.at), ...own];
}

function eventDrafts(event: string, log: OtlpLog, threadId: string): EventDraft[] {
  const { attributes, at } = log;
  const text = (name: string): string | null => filled(attributes.get(name));
  switch (event) {
    case 'user_prompt':
      return [
        messageDraft({
          key: `prompt:${threadId}:${at}`,
          at,
          threadId,
          from: USER,
          to: CODEX_AGENT,
          payloadType: 'prompt',
          payload: { prompt: text('prompt'), length: attributes.get('prompt_length') ?? null },
        }),
      ];
    case 'sse_event':
      return usageDrafts(log, threadId);
    case 'api_request': {
      const status = numberOf(attributes.get('http.response.status_code'));
      const isFailed = (status !== null && status >= 400) || text('error.message') !== null;
      if (!isFailed) return [];
      const words = text('error.message') ?? `The model's server answered ${status ?? 'nothing'}`;
      const key = `error:${threadId}:${at}`;
      return [
        errorDraft({ key, at, threadId, agent: CODEX_AGENT, text: words, severity: 'warning' }),
      ];
    }
    case 'tool_result':
      return toolDrafts(log, threadId);
    case 'conversation_starts':
      return [rawDraft(event, log, threadId)];
    default:
      return NOISE.has(event) ? [] : [rawDraft(event, log, threadId)];
  }
}

/** Told better by other records, or once for each piece of a stream. */
const NOISE: ReadonlySet<string> = new Set([
  'tool_decision',
  'turn_ttft',
  'websocket_connect',
  'websocket_request',
  'websocket_event',
]);

function usageDrafts({ attributes, at, resource }: OtlpLog, threadId: string): EventDraft[] {
  if (filled(attributes.get('event.kind')) !== 'response.completed') return [];
  const usage = usageDraft(attributes, {
    // No id of the call in the record: its time and counts are what tells it from others.
    key: clip(
      `usage:${threadId}:${at}:${spelt(attributes.get('input_token_count')) ?? ''}:${spelt(attributes.get('output_token_count')) ?? ''}`,
    ),
    at,
    id: null,
    threadId,
    agent: CODEX_AGENT,
    latencyMs: null,
    resource,
  });
  if (usage === null) return [];
  return [{ ...usage, provider: usage.provider === '' ? PROVIDER : usage.provider }];
}

function toolDrafts({ attributes, at }: OtlpLog, threadId: string): EventDraft[] {
  const tool = clip(textOf(attributes, 'tool') ?? 'tool');
  const id = filled(attributes.get('call_id')) ?? String(at);
  const isFailed = spelt(attributes.get('success')) === 'false';
  const key = `${threadId}:${id}`;
  const ends = { at, threadId };
  const drafts: EventDraft[] = [
    agentDraft(tool, at, { isAgent: false }),
    messageDraft({
      ...ends,
      key: clip(`tool-call:${key}`),
      from: CODEX_AGENT,
      to: tool,
      payloadType: 'tool_call',
      payload: { id, arguments: attributes.get('arguments') ?? null },
    }),
    messageDraft({
      ...ends,
      key: clip(`tool-result:${key}`),
      from: tool,
      to: CODEX_AGENT,
      payloadType: 'tool_result',
      payload: {
        id,
        output: attributes.get('output') ?? null,
        durationMs: numberOf(attributes.get('duration_ms')),
        isError: isFailed,
      },
    }),
  ];
  if (isFailed) {
    const text = `${tool} failed`;
    drafts.push(
      errorDraft({ ...ends, key: `error:${key}`, agent: CODEX_AGENT, text, severity: 'warning' }),
    );
  }
  return drafts;
}

function rawDraft(name: string, { attributes, at }: OtlpLog, threadId: string): EventDraft {
  const payload = Object.fromEntries(attributes);
  const key = clip(`raw:${threadId}:${name}:${at}`);
  return { type: 'raw', key, occurredAt: at, name: clip(name), payload };
}
