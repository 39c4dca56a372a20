import { hash } from 'node:crypto';

import type { EventDraft } from '#organism/event.ts';

import {
  USER,
  agentDraft,
  clip,
  errorDraft,
  messageDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import { asRecord, filled } from '../plain-values.ts';
import { textOf } from './aliases.ts';
import { claudeCodeDrafts } from './claude-code-logs.ts';
import { codexDrafts } from './codex-logs.ts';
import { newTurn, parsed } from './gen-ai-messages.ts';
import type { OtlpLog } from './wire.ts';
import { serviceOf, spelt } from './wire.ts';

const CLAUDE_CODE = /^claude_code\./;
const CODEX = /^codex\./;
const GEN_AI = /^gen_ai\./;

/** The body of Claude Code's records names the event in full; its attribute only the end of it. */
export function eventNameOf({ eventName, body }: OtlpLog): string {
  const text = filled(body);
  if (text !== null && CLAUDE_CODE.test(text)) return text;
  return eventName;
}

/** Null: the record is not about agents. Never billed twice: of a generic call the span is billed. */
export function logDrafts(log: OtlpLog): EventDraft[] | null {
  const name = eventNameOf(log);
  if (CLAUDE_CODE.test(name)) return claudeCodeDrafts(name.replace(CLAUDE_CODE, ''), log);
  const attribute = filled(log.attributes.get('event.name')) ?? name;
  if (CODEX.test(attribute)) return codexDrafts(attribute.replace(CODEX, ''), log);
  return GEN_AI.test(name) ? genAiDrafts(name, log) : null;
}

function genAiDrafts(name: string, log: OtlpLog): EventDraft[] {
  const { attributes, at } = log;
  const place = placeOf(log);
  const threadId = clip(textOf(attributes, 'thread') ?? log.traceId ?? 'unknown');
  const agent = clip(textOf(attributes, 'agent') ?? serviceOf(log.resource));
  const said = (): EventDraft[] => [agentDraft(agent, at), threadDraft(threadId, at)];
  if (name === 'gen_ai.client.operation.exception') {
    const text = filled(attributes.get('exception.message')) ?? 'A model call failed';
    // The failed span has the same key: whichever comes first is the one error.
    return [...said(), errorDraft({ key: `error:${place}`, at, threadId, agent, text })];
  }
  if (name === 'gen_ai.client.inference.operation.details') {
    return [...said(), ...detailDrafts(log, { place, threadId, agent })];
  }
  if (name === 'gen_ai.user.message' || name === 'gen_ai.choice') {
    return [...said(), turnDraft(name, log, { place, threadId, agent })];
  }
  const payload = { name, body: log.body, attributes: Object.fromEntries(attributes) };
  const key = clip(`raw:${name}:${contentOf(log)}`);
  return [...said(), { type: 'raw', key, occurredAt: at, name: clip(name), payload }];
}

/** The span that a record belongs to; one without is known by what it says. */
function placeOf(log: OtlpLog): string {
  const { traceId, spanId } = log;
  return traceId === null || spanId === null ? contentOf(log) : `${traceId}:${spanId}`;
}

function contentOf({
  at,
  eventName,
  body,
  attributes,
  traceId,
  spanId,
  resource,
}: OtlpLog): string {
  const said = [serviceOf(resource), traceId, spanId, at, eventName, body, ...attributes];
  return hash('sha1', JSON.stringify(said), 'hex');
}

/**
 * Conventions before 1.37 tell of each message in a record of its own, and of all that was said before
 * with every call: what a person said is known by its words, an answer by its call.
 */
function turnDraft(
  name: 'gen_ai.user.message' | 'gen_ai.choice',
  { at, body }: OtlpLog,
  { place, threadId, agent }: { place: string; threadId: string; agent: string },
): EventDraft {
  if (name === 'gen_ai.user.message') {
    const words = hash('sha1', JSON.stringify([threadId, body]), 'hex');
    const ends = { threadId, from: USER, to: agent, payloadType: 'prompt' };
    return repeatable(messageDraft({ key: `message:user:${words}`, at, ...ends, payload: body }));
  }
  const { index, message = body } = asRecord(body);
  const key = `message:${place}:out${index === undefined || index === 0 ? '' : `:${spelt(index)}`}`;
  const ends = { threadId, from: agent, to: USER, payloadType: 'completion' };
  return repeatable(messageDraft({ key, at, ...ends, payload: message }));
}

/** The same messages a span may carry, under the same keys. */
function detailDrafts(
  { attributes, at }: OtlpLog,
  { place, threadId, agent }: { place: string; threadId: string; agent: string },
): EventDraft[] {
  const drafts: EventDraft[] = [];
  const asked = newTurn(attributes.get('gen_ai.input.messages'));
  if (asked !== null) {
    const ends = { threadId, from: USER, to: agent, payloadType: 'prompt' };
    drafts.push(
      repeatable(messageDraft({ key: `message:${place}:in`, at, ...ends, payload: asked })),
    );
  }
  const answered = parsed(attributes.get('gen_ai.output.messages'));
  if (answered !== null) {
    const ends = { threadId, from: agent, to: USER, payloadType: 'completion' };
    drafts.push(
      repeatable(messageDraft({ key: `message:${place}:out`, at, ...ends, payload: answered })),
    );
  }
  return drafts;
}
