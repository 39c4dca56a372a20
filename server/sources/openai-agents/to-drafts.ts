import type { EventDraft } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';

import {
  agentDraft,
  clip,
  errorDraft,
  messageDraft,
  organismDraft,
  repeatable,
  threadDraft,
} from '../drafts.ts';
import type { TraceBook } from './trace-book.ts';
import type { AgentsBatch, AgentsSpan, AgentsUsage } from './wire.ts';

/**
 * Traces of the OpenAI Agents SDK to drafts. A task's usage is the sum of its turns and a turn's of
 * its calls: the deepest span with counts is billed, so that nothing is billed twice.
 */

export const OPENAI_AGENTS = 'openai-agents';
const MODEL_UNKNOWN = '';
const PROVIDER = 'openai';

/** Spans come in any order: only when all are known is it clear what lies above a call. */
export function noteAll({ traces, spans }: Told, book: TraceBook): void {
  for (const trace of traces) book.noteTrace(trace);
  for (const span of spans) book.noteSpan(span);
}

type Told = Pick<AgentsBatch, 'traces' | 'spans'>;

/** @param batch all noted */
export function toDrafts(batch: Told, book: TraceBook, now: number): EventDraft[] {
  const calls = batch.spans.filter((span) => isCall(span) && !book.isInBilledTurn(span));
  for (const call of calls) book.markBilled(call);
  const turns = batch.spans.filter((span) => isTurn(span) && !book.isSummedUp(span));
  for (const turn of turns) {
    book.markBilled(turn);
    book.markBilledTurn(turn);
  }
  for (const span of batch.spans) if (hasFailed(span)) book.markFailed(span);
  const starts = batch.spans.map((span) => span.started_at).filter((at) => typeof at === 'number');
  const at = Math.min(...starts, now);
  const drafts: EventDraft[] = [organismDraft(OPENAI_AGENTS, at, [])];
  for (const span of batch.spans) drafts.push(...spanDrafts(span, book, now));
  for (const { id, workflow_name: name, group_id: group } of batch.traces) {
    drafts.push(threadDraft(clip(group ?? id), at));
    if (typeof name === 'string' && name !== '') {
      drafts.push({
        type: 'raw',
        key: `trace:${clip(id)}`,
        occurredAt: at,
        name: 'trace',
        payload: { workflow: name, group },
      });
    }
  }
  return drafts.map(repeatable);
}

function isCall({ span_data: { type, usage } }: AgentsSpan): boolean {
  return type === 'generation' && usage !== null && usage !== undefined;
}

function hasFailed({ error }: AgentsSpan): boolean {
  return error !== null && error !== undefined;
}

function isTurn({ span_data: { data } }: AgentsSpan): boolean {
  return data?.sdk_span_type === 'turn' && data.usage !== null && data.usage !== undefined;
}

interface Place {
  readonly span: AgentsSpan;
  readonly agent: string;
  readonly threadId: string;
  readonly startAt: number;
  readonly endAt: number;
}

function spanDrafts(span: AgentsSpan, book: TraceBook, now: number): EventDraft[] {
  const endAt = span.ended_at ?? span.started_at ?? now;
  const place: Place = {
    span,
    agent: clip(book.agentOf(span) ?? 'agent'),
    threadId: clip(book.trace(span.trace_id)?.group_id ?? span.trace_id),
    startAt: span.started_at ?? endAt,
    endAt,
  };
  const content = contentDrafts(place);
  const usage = billedUsage(span, book);
  if (usage !== null) content.push(usageDraft(place, usage, book));
  // A task has no agent above it and says nothing of its own: it would bring up one that is none.
  const isNamed = book.agentOf(span) !== null || content.length > 0;
  const drafts: EventDraft[] = [
    ...(isNamed ? agentSaid(place, book.agentAbove(span)) : []),
    threadDraft(place.threadId, place.startAt),
    ...content,
  ];
  if (hasFailed(span) && !book.isFailedBelow(span)) {
    const text = span.error?.message ?? `${span.span_data.type} failed`;
    drafts.push(
      errorDraft({
        key: `error:${clip(span.id)}`,
        at: endAt,
        threadId: place.threadId,
        agent: place.agent,
        text,
      }),
    );
  }
  return drafts;
}

/** What is below an agent may come before what says whose tool that is: each is an event. */
function agentSaid({ agent, startAt }: Place, above: string | null): EventDraft[] {
  const bare = agentDraft(agent, startAt);
  if (above === null) return [bare];
  const parent = clip(above);
  return [bare, { ...agentDraft(agent, startAt, { parent }), key: clip(`${bare.key}<${parent}`) }];
}

function contentDrafts(place: Place): EventDraft[] {
  const { span, agent, threadId, startAt, endAt } = place;
  const { span_data: data } = span;
  const id = clip(span.id);
  switch (data.type) {
    case 'function':
    case 'mcp_tools': {
      const tool = clip(data.name ?? data.server ?? data.type);
      const call = { threadId, from: agent, to: tool, payloadType: 'tool_call' };
      const result = { threadId, from: tool, to: agent, payloadType: 'tool_result' };
      return [
        agentDraft(tool, startAt, { isAgent: false }),
        messageDraft({
          key: `tool-call:${id}`,
          at: startAt,
          ...call,
          payload: { arguments: data.input ?? null },
        }),
        messageDraft({
          key: `tool-result:${id}`,
          at: endAt,
          ...result,
          payload: { result: data.output ?? data.result ?? null },
        }),
      ];
    }
    case 'handoff': {
      const from = clip(data.from_agent ?? agent);
      const to = clip(data.to_agent ?? 'agent');
      const ends = { threadId, from, to, payloadType: 'handoff' };
      return [
        agentDraft(from, startAt),
        agentDraft(to, startAt),
        messageDraft({ key: `handoff:${id}`, at: endAt, ...ends, payload: {} }),
      ];
    }
    case 'guardrail':
      return data.triggered === true
        ? [
            errorDraft({
              key: `guardrail:${id}`,
              at: endAt,
              threadId,
              agent,
              text: `Guardrail ${data.name ?? ''} triggered`,
              severity: 'warning',
            }),
          ]
        : [];
    case 'generation':
    case 'response': {
      const ends = { threadId, from: agent, to: 'user', payloadType: 'completion' };
      const output = data.output ?? null;
      return output === null
        ? []
        : [messageDraft({ key: `completion:${id}`, at: endAt, ...ends, payload: output })];
    }
    case 'agent':
      return [stateDraft(place)];
    case 'custom':
      return [];
    default: {
      const name = clip(data.type);
      return [{ type: 'raw', key: `span:${id}`, occurredAt: endAt, name, payload: data }];
    }
  }
}

/** The span of an agent comes when it has ended. */
function stateDraft({ span, agent, endAt }: Place): EventDraft {
  return {
    type: 'agent_state',
    key: `state:${clip(span.id)}`,
    occurredAt: endAt,
    agent,
    state: hasFailed(span) ? 'error' : 'idle',
    currentThread: null,
  };
}

/** A turn is billed only while no call below it is. */
function billedUsage(span: AgentsSpan, book: TraceBook): AgentsUsage | null {
  if (isCall(span)) return book.isInBilledTurn(span) ? null : (span.span_data.usage ?? null);
  return isTurn(span) && !book.isSummedUp(span) ? (span.span_data.data?.usage ?? null) : null;
}

function usageDraft(
  { span, agent, threadId, startAt, endAt }: Place,
  usage: AgentsUsage,
  book: TraceBook,
): EventDraft {
  const { metadata } = book.trace(span.trace_id) ?? {};
  const user = metadata?.['user'] ?? metadata?.['user_id'];
  return {
    type: 'usage',
    key: `usage:${clip(span.id)}`,
    occurredAt: endAt,
    id: clip(span.id),
    threadId,
    agent,
    model: clip(book.modelOf(span) ?? MODEL_UNKNOWN),
    provider: PROVIDER,
    org: null,
    user: typeof user === 'string' ? clip(user) : null,
    ...tokensOf(usage),
    latencyMs: endAt - startAt,
    reportedCostNanos: null,
    metadata: { traceId: span.trace_id },
  };
}

/** Cached tokens lie inside the input, reasoning inside the output. */
function tokensOf(usage: AgentsUsage): {
  tokens: TokenClasses;
  notReported: (keyof TokenClasses)[];
} {
  const { details } = usage;
  const read =
    usage.cached_input_tokens ??
    usage.input_tokens_details?.cached_tokens ??
    details?.input_tokens_details?.cached_tokens ??
    details?.cached_tokens ??
    null;
  const write = usage.cache_write_input_tokens ?? null;
  const reasoning =
    usage.output_tokens_details?.reasoning_tokens ??
    details?.output_tokens_details?.reasoning_tokens ??
    details?.reasoning_tokens ??
    null;
  const input = Math.floor(usage.input_tokens ?? usage.prompt_tokens ?? 0);
  const output = Math.floor(usage.output_tokens ?? usage.completion_tokens ?? 0);
  const cached = Math.min(input, Math.floor(read ?? 0));
  const written = Math.min(input - cached, Math.floor(write ?? 0));
  const thought = Math.min(output, Math.floor(reasoning ?? 0));
  const notReported: (keyof TokenClasses)[] = [];
  if (read === null) notReported.push('cacheRead');
  if (write === null) notReported.push('cacheWrite');
  if (reasoning === null) notReported.push('reasoning');
  return {
    tokens: {
      inputFresh: input - cached - written,
      cacheRead: cached,
      cacheWrite: written,
      outputVisible: output - thought,
      reasoning: thought,
    },
    notReported,
  };
}
