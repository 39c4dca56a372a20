import type { EventDraft } from '#organism/event.ts';

import {
  CLAUDE_CODE,
  answerKey,
  apiErrorKey,
  promptKey,
  toolCallKey,
  toolResultKey,
  usageKey,
} from '../claude-code/keys.ts';
import {
  USER,
  agentDraft,
  clip,
  errorDraft,
  messageDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import { hourField } from '../hour-writes.ts';
import { filled, whole } from '../plain-values.ts';
import { textOf } from './aliases.ts';
import { usageDraft } from './usage-draft.ts';
import type { OtlpLog } from './wire.ts';
import { numberOf, spelt } from './wire.ts';

/** Claude Code's log events. Its usage is billed from here: span and metric say the same again. */

const HIDDEN = '<REDACTED>';

export function claudeCodeDrafts(event: string, log: OtlpLog): EventDraft[] {
  const session = clip(textOf(log.attributes, 'thread') ?? 'unknown');
  const said = [agentDraft(CLAUDE_CODE, log.at), threadDraft(session, log.at)];
  return [...said, ...eventDrafts(event, log, session)];
}

function eventDrafts(event: string, log: OtlpLog, session: string): EventDraft[] {
  const { attributes, at } = log;
  const text = (name: string): string | null => filled(attributes.get(name));
  const sequence = spelt(attributes.get('event.sequence')) ?? String(at);
  const request = text('request_id') ?? `#${sequence}:${at}`;
  const agent = CLAUDE_CODE;
  const say = (message: Pick<Message, 'key' | 'from' | 'to' | 'payloadType' | 'payload'>) =>
    repeatable(messageDraft({ at, threadId: session, ...message }));

  switch (event) {
    case 'user_prompt': {
      const key = promptKey(session, text('prompt.id') ?? `#${sequence}:${at}`);
      const payload = {
        prompt: shown(text('prompt')),
        length: numberOf(attributes.get('prompt_length')),
      };
      return [say({ key, from: USER, to: agent, payloadType: 'prompt', payload })];
    }
    case 'assistant_response': {
      const key = answerKey(session, request);
      const payload = {
        text: shown(text('response')),
        length: attributes.get('response_length') ?? null,
      };
      return [say({ key, from: agent, to: USER, payloadType: 'completion', payload })];
    }
    case 'api_request': {
      const usage = usageDraft(attributes, {
        key: usageKey(session, request),
        at,
        id: text('request_id'),
        threadId: session,
        agent,
        latencyMs: numberOf(attributes.get('duration_ms')),
        resource: log.resource,
        metadata: { querySource: text('query_source'), promptId: text('prompt.id') },
      });
      if (usage === null) return [];
      const hour = whole(numberOf(attributes.get('cache_creation_1h_tokens')));
      return [
        repeatable({
          ...usage,
          ...hourField(hour, usage.tokens.cacheWrite),
          provider: usage.provider === 'firstparty' ? 'anthropic' : usage.provider,
        }),
      ];
    }
    case 'api_error': {
      const key = apiErrorKey(session, request, spelt(attributes.get('attempt')));
      return [
        errorDraft({
          key,
          at,
          threadId: session,
          agent,
          text: text('error') ?? 'The model call failed',
        }),
      ];
    }
    case 'tool_decision':
    case 'tool_result':
      return toolDrafts(event, log, { session, sequence, say });
    default:
      // A resumed session counts from the start again.
      return [rawDraft(event, log, `${session}:${sequence}:${at}`)];
  }
}

type Message = Parameters<typeof messageDraft>[0];

function toolDrafts(
  event: 'tool_decision' | 'tool_result',
  { attributes, at }: OtlpLog,
  {
    session,
    sequence,
    say,
  }: {
    session: string;
    sequence: string;
    say: (message: Pick<Message, 'key' | 'from' | 'to' | 'payloadType' | 'payload'>) => EventDraft;
  },
): EventDraft[] {
  const tool = clip(textOf(attributes, 'tool') ?? 'tool');
  const id = filled(attributes.get('tool_use_id')) ?? `#${sequence}:${at}`;
  const payload = Object.fromEntries([...attributes].filter(([name]) => TOOL_FIELDS.has(name)));
  const said = agentDraft(tool, at, { isAgent: false });
  const agent = CLAUDE_CODE;
  return event === 'tool_decision'
    ? [
        said,
        say({
          key: toolCallKey(session, id),
          from: agent,
          to: tool,
          payloadType: 'tool_call',
          payload,
        }),
      ]
    : [
        said,
        say({
          key: toolResultKey(session, id),
          from: tool,
          to: agent,
          payloadType: 'tool_result',
          payload,
        }),
      ];
}

const TOOL_FIELDS: ReadonlySet<string> = new Set([
  'tool_use_id',
  'decision',
  'source',
  'success',
  'duration_ms',
  'error',
  'tool_parameters',
  'tool_input',
  'tool_input_size_bytes',
  'tool_result_size_bytes',
]);

function rawDraft(name: string, { attributes, at }: OtlpLog, place: string): EventDraft {
  const payload = Object.fromEntries(attributes);
  return { type: 'raw', key: clip(`raw:${place}`), occurredAt: at, name: clip(name), payload };
}

function shown(text: string | null): string | null {
  return text === HIDDEN ? null : text;
}
