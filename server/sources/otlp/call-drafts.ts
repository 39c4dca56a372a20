import type { EventDraft } from '#organism/event.ts';

import { CLAUDE_CODE, usageKey } from '../claude-code/keys.ts';
import { USER, clip, messageDraft } from '../drafts.ts';
import { filled } from '../plain-values.ts';
import { textOf } from './aliases.ts';
import { answeredIn, askedIn } from './gen-ai-messages.ts';
import type { SpanBook } from './span-book.ts';
import { idOf } from './span-book.ts';
import { usageDraft } from './usage-draft.ts';
import type { OtlpSpan } from './wire.ts';
import { serviceOf } from './wire.ts';

/** A span, and whose it is as far as is known. */
export interface Place {
  readonly span: OtlpSpan;
  readonly agent: string;
  readonly threadId: string;
  /** The nearest other agent above. */
  readonly agentAbove: string | null;
  /** Whether nobody names the conversation. */
  readonly isThreadNamedByTrace: boolean;
  /** Names that an ancestor which has not come may still tell. */
  readonly standIns: readonly ('agent' | 'threadId')[];
}

export function placeOf(span: OtlpSpan, book: SpanBook): Place {
  const { agent, thread, agentAbove, isSettled } = book.ancestryOf(span);
  const standIns: Place['standIns'][number][] = [];
  if (!isSettled && agent === null) standIns.push('agent');
  if (!isSettled && thread === null) standIns.push('threadId');
  return {
    span,
    agent: clip(agent ?? serviceOf(span.resource)),
    threadId: clip(thread ?? span.traceId),
    agentAbove: agentAbove === null ? null : clip(agentAbove),
    isThreadNamedByTrace: thread === null,
    standIns,
  };
}

/** What a model call was asked and answered, and what it used. */
export function callDrafts(place: Place, book: SpanBook): EventDraft[] {
  const { span, agent, threadId } = place;
  const { startAt, endAt } = span;
  const key = idOf(span);
  const drafts: EventDraft[] = [];
  const asked = askedIn(span);
  if (asked !== null) {
    const from = USER;
    const ends = { threadId, from, to: agent, payloadType: 'prompt' };
    drafts.push(messageDraft({ key: `message:${key}:in`, at: startAt, ...ends, payload: asked }));
  }
  const answered = answeredIn(span);
  if (answered !== null) {
    const ends = { threadId, from: agent, to: USER, payloadType: 'completion' };
    drafts.push(messageDraft({ key: `message:${key}:out`, at: endAt, ...ends, payload: answered }));
  }
  const usage = billedDraft(place, book);
  if (usage !== null) drafts.push(usage);
  return drafts;
}

/** Null where another span is the same call, or no tokens are counted. */
export function billedDraft(place: Place, book: SpanBook): EventDraft | null {
  const { span, agent, threadId, standIns } = place;
  if (!book.takeCall(span)) return null;
  const usage = usageDraft(span.attributes, {
    key: callKey(span, threadId),
    at: span.endAt,
    id: textOf(span.attributes, 'responseId'),
    threadId,
    agent,
    latencyMs: span.endAt - span.startAt,
    metadata: { traceId: span.traceId, spanId: span.spanId },
    resource: span.resource,
  });
  if (usage === null || standIns.length === 0) return usage;
  return { ...usage, standIns: [...standIns] };
}

/** Claude Code's log and its transcript tell of the same request. */
function callKey(span: OtlpSpan, threadId: string): string {
  const requestId = filled(span.attributes.get('request_id'));
  const isClaudeCode = serviceOf(span.resource) === CLAUDE_CODE;
  return isClaudeCode && requestId !== null ? usageKey(threadId, requestId) : `usage:${idOf(span)}`;
}
