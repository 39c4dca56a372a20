import { hash } from 'node:crypto';

import type { EventDraft } from '#organism/event.ts';

import { CLAUDE_CODE, apiErrorKey } from '../claude-code/keys.ts';
import {
  agentDraft,
  clip,
  errorDraft,
  factsOnce,
  messageDraft,
  repeatable,
  threadDraft,
  within,
} from '../drafts.ts';
import { filled } from '../plain-values.ts';
import { textOf, tokensOf, valueOf } from './aliases.ts';
import type { Place } from './call-drafts.ts';
import { billedDraft, callDrafts, placeOf } from './call-drafts.ts';
import { parsed } from './gen-ai-messages.ts';
import type { SpanBook } from './span-book.ts';
import { idOf } from './span-book.ts';
import type { SpanKind } from './span-kind.ts';
import { kindOfSpan, nameOfAgentSpan } from './span-kind.ts';
import { isClaudeCodeCall, isFailureOpen } from './waiting-span.ts';
import type { OtlpSpan } from './wire.ts';
import { serviceOf, spelt } from './wire.ts';

/** Notes spans, so that what is told of one can use what the others say. */
export function noteSpans(spans: readonly OtlpSpan[], book: SpanBook): void {
  for (const span of spans) {
    const kind = kindOfSpan(span);
    book.note(span, {
      agent: agentNamedBy(span, kind),
      thread: textOf(span.attributes, 'thread'),
      // HTTP calls and the like below a call fail with it: the call tells.
      isTelling: kind !== 'other' || isClaudeCodeCall(span),
      isCall: kind === 'model-call' && tokensOf(span.attributes) !== null,
      isBoundary: kind === 'tool' || kind === 'agent',
    });
  }
}

/** What a span says of the agent that it and all below it are the work of. */
function agentNamedBy(span: OtlpSpan, kind: SpanKind): string | null {
  const named = textOf(span.attributes, 'agent');
  if (named !== null) return named;
  if (serviceOf(span.resource) === CLAUDE_CODE) return CLAUDE_CODE;
  return kind === 'agent' ? nameOfAgentSpan(span) : null;
}

/**
 * Spans of one service, all noted, to drafts.
 * @param isFinal whether a failure is told though a deeper one may come
 */
export function spanDrafts(
  spans: readonly OtlpSpan[],
  book: SpanBook,
  isFinal: boolean,
): EventDraft[] {
  const drafts = spans.flatMap((span) => draftsOf(span, book, isFinal));
  // The same span in another request may find another ancestor: it stays the same call.
  return factsOnce(drafts).map(repeatable);
}

function draftsOf(span: OtlpSpan, book: SpanBook, isFinal: boolean): EventDraft[] {
  const kind = kindOfSpan(span);
  const place = placeOf(span, book);
  const drafts: EventDraft[] = [];
  if (kind === 'model-call' || isClaudeCodeCall(span)) drafts.push(...callDrafts(place, book));
  if (kind === 'tool') drafts.push(...toolDrafts(place));
  if (kind === 'agent') drafts.push(...agentDrafts(place));
  if (isFailureTold(span, book, isFinal)) drafts.push(failureDraft(place));
  return drafts.length === 0 ? [] : [...placeDrafts(place), ...drafts];
}

/**
 * Calls that were told before their names were known, once they are: what they used is filed anew;
 * what they said stays in the thread of their trace, which says where it belongs.
 */
export function renamedDrafts(spans: readonly OtlpSpan[], book: SpanBook): EventDraft[] {
  const drafts = spans.flatMap((span) => {
    const place = placeOf(span, book);
    const usage = billedDraft(place, book);
    return usage === null ? [] : [...placeDrafts(place), ...linkDrafts(place), usage];
  });
  return factsOnce(drafts).map(repeatable);
}

function placeDrafts({ span, agent, agentAbove: parent, threadId }: Place): EventDraft[] {
  const description = filled(span.attributes.get('gen_ai.agent.description'));
  return [
    ...agentSaid(agent, span.startAt, { parent, description }),
    threadDraft(threadId, span.startAt),
  ];
}

function linkDrafts({ span, threadId }: Place): EventDraft[] {
  const { traceId, endAt } = span;
  if (threadId === traceId) return [];
  return [
    {
      type: 'thread_updated',
      key: clip(`thread-link:${traceId}:${threadId}`),
      occurredAt: endAt,
      threadId: traceId,
      status: 'completed',
      parentThread: threadId,
      conversation: threadId,
    },
  ];
}

/** A call below an agent may come before what says more of it: each thing said is an event. */
function agentSaid(
  agent: string,
  at: number,
  { parent, description }: { parent: string | null; description: string | null },
): EventDraft[] {
  const bare = agentDraft(agent, at);
  if (parent === null && description === null) return [bare];
  const told = agentDraft(agent, at, { parent, description });
  const facts = hash('sha1', JSON.stringify([parent, description]), 'hex').slice(0, 16);
  return [bare, { ...told, key: `${bare.key}:${facts}` }];
}

function isFailureTold(span: OtlpSpan, book: SpanBook, isFinal: boolean): boolean {
  if (!span.isError || book.isToldBelow(span)) return false;
  if (kindOfSpan(span) === 'other' && !isClaudeCodeCall(span)) return false;
  return isFinal || !isFailureOpen(span, book);
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

function agentDrafts({ span, agent, threadId, isThreadNamedByTrace }: Place): EventDraft[] {
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
  if (isThreadNamedByTrace && span.parentSpanId === null) {
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
  return errorDraft({ key: failureKey(span, threadId), at: span.endAt, threadId, agent, text });
}

/** Claude Code's log tells of the same failure. */
function failureKey(span: OtlpSpan, threadId: string): string {
  const request = filled(span.attributes.get('request_id'));
  if (!isClaudeCodeCall(span) || request === null) return `error:${idOf(span)}`;
  return apiErrorKey(threadId, request, spelt(span.attributes.get('attempt')));
}
