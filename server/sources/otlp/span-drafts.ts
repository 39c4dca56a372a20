import type { EventDraft } from '#organism/event.ts';

import { CLAUDE_CODE, usageKey } from '../claude-code/keys.ts';
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
  within,
} from '../drafts.ts';
import { filled } from '../plain-values.ts';
import { textOf, valueOf } from './aliases.ts';
import { newTurn, parsed } from './gen-ai-messages.ts';
import type { SpanBook } from './span-book.ts';
import { idOf } from './span-book.ts';
import { kindOfSpan } from './span-kind.ts';
import { usageDraft } from './usage-draft.ts';
import type { OtlpSpan } from './wire.ts';

const CLAUDE_CODE_CALL = 'claude_code.llm_request';

/** One service is one organism. */
export function serviceOf(resource: ReadonlyMap<string, unknown>): string {
  return clip(filled(resource.get('service.name')) ?? 'unknown_service');
}

export interface SpanReading {
  readonly drafts: readonly EventDraft[];
  /** Spans that say nothing about agents: HTTP calls, database calls and the like. */
  readonly ignored: number;
}

/** Spans of one service to drafts. The book remembers them for what comes in another request. */
export function spanDrafts(spans: readonly OtlpSpan[], book: SpanBook): SpanReading {
  for (const span of spans) {
    const agent = textOf(span.attributes, 'agent');
    const thread = textOf(span.attributes, 'thread');
    book.note(span, { agent, thread }, isTelling(span));
  }
  const drafts: EventDraft[] = [];
  let ignored = 0;
  for (const span of spans) {
    const own = draftsOf(span, book);
    if (own.length === 0) ignored += 1;
    drafts.push(...own);
  }
  const [first] = spans;
  if (first !== undefined && drafts.length > 0) {
    drafts.unshift(organismDraft(serviceOf(first.resource), first.startAt, first.resource));
  }
  // The same span in another request may find another ancestor: it stays the same call.
  return { drafts: factsOnce(drafts).map(repeatable), ignored };
}

function draftsOf(span: OtlpSpan, book: SpanBook): EventDraft[] {
  const kind = kindOfSpan(span);
  const place: Place = {
    span,
    agent: clip(book.inherited(span, 'agent') ?? serviceOf(span.resource)),
    threadId: clip(book.inherited(span, 'thread') ?? span.traceId),
  };
  const drafts: EventDraft[] = [];
  if (kind === 'model-call') drafts.push(...callDrafts(place));
  if (kind === 'tool') drafts.push(...toolDrafts(place));
  if (kind === 'agent') drafts.push(...agentDrafts(place, book));
  const isTold = kind === 'other' || book.isToldBelow(span);
  if (span.isError && !isTold) drafts.push(failureDraft(place));
  if (drafts.length === 0) return [];
  return [
    agentDraft(place.agent, span.startAt, {
      parent: clipOrNull(book.agentAbove(span)),
      description: filled(span.attributes.get('gen_ai.agent.description')),
    }),
    threadDraft(place.threadId, span.startAt),
    ...drafts,
  ];
}

/** HTTP calls and the like below a call fail with it: the call tells. Claude Code's logs tell of its. */
function isTelling(span: OtlpSpan): boolean {
  return kindOfSpan(span) !== 'other' || span.name === CLAUDE_CODE_CALL;
}

interface Place {
  readonly span: OtlpSpan;
  readonly agent: string;
  readonly threadId: string;
}

function callDrafts({ span, agent, threadId }: Place): EventDraft[] {
  const { attributes, startAt, endAt } = span;
  const key = idOf(span);
  const drafts: EventDraft[] = [];
  const asked = newTurn(attributes.get('gen_ai.input.messages'));
  if (asked !== null) {
    const from = USER;
    const ends = { threadId, from, to: agent, payloadType: 'prompt' };
    drafts.push(messageDraft({ key: `message:${key}:in`, at: startAt, ...ends, payload: asked }));
  }
  const answered = parsed(attributes.get('gen_ai.output.messages'));
  if (answered !== null) {
    const ends = { threadId, from: agent, to: USER, payloadType: 'completion' };
    drafts.push(messageDraft({ key: `message:${key}:out`, at: endAt, ...ends, payload: answered }));
  }
  const usage = usageDraft(attributes, {
    key: callKey(span, threadId),
    at: endAt,
    id: textOf(attributes, 'responseId'),
    threadId,
    agent,
    latencyMs: endAt - startAt,
    metadata: { traceId: span.traceId, spanId: span.spanId },
  });
  if (usage !== null) drafts.push(usage);
  return drafts;
}

/** Claude Code's log and its transcript tell of the same request. */
function callKey(span: OtlpSpan, threadId: string): string {
  const requestId = filled(span.attributes.get('request_id'));
  const isClaudeCode = serviceOf(span.resource) === CLAUDE_CODE;
  return isClaudeCode && requestId !== null ? usageKey(threadId, requestId) : `usage:${idOf(span)}`;
}

function toolDrafts({ span, agent, threadId }: Place): EventDraft[] {
  const { attributes, startAt, endAt } = span;
  const tool = clip(textOf(attributes, 'tool') ?? span.name);
  const id = textOf(attributes, 'toolCallId');
  // One call may be told by the agent's span and by the MCP client's: its id is the same.
  const key = id === null ? idOf(span) : within(threadId, id);
  return [
    agentDraft(tool, startAt, { isAgent: false }),
    messageDraft({
      key: clip(`tool-call:${key}`),
      at: startAt,
      threadId,
      from: agent,
      to: tool,
      payloadType: 'tool_call',
      payload: { id, arguments: parsed(valueOf(attributes, 'toolArguments')) },
    }),
    messageDraft({
      key: clip(`tool-result:${key}`),
      at: endAt,
      threadId,
      from: tool,
      to: agent,
      payloadType: 'tool_result',
      payload: {
        id,
        result: parsed(valueOf(attributes, 'toolResult')),
        durationMs: endAt - startAt,
        isError: span.isError,
      },
    }),
  ];
}

function agentDrafts({ span, agent, threadId }: Place, book: SpanBook): EventDraft[] {
  const drafts: EventDraft[] = [
    {
      type: 'agent_state',
      key: `state:${idOf(span)}`,
      occurredAt: span.endAt,
      agent,
      state: span.isError ? 'error' : 'idle',
      currentThread: null,
    },
  ];
  // A thread named by its trace ends with the trace; a conversation may go on.
  const isOneRun = book.inherited(span, 'thread') === null && span.parentSpanId === null;
  if (isOneRun) {
    drafts.push({
      type: 'thread_updated',
      key: `thread-end:${idOf(span)}`,
      occurredAt: span.endAt,
      threadId,
      status: span.isError ? 'error' : 'completed',
    });
  }
  return drafts;
}

function failureDraft({ span, agent, threadId }: Place): EventDraft {
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes;
  const text =
    filled(exception?.get('exception.message')) ??
    filled(span.statusMessage) ??
    filled(span.attributes.get('error.type')) ??
    `${span.name} failed`;
  return errorDraft({ key: `error:${idOf(span)}`, at: span.endAt, threadId, agent, text });
}

function clipOrNull(text: string | null): string | null {
  return text === null ? null : clip(text);
}
