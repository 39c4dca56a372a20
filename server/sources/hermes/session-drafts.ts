import type { DraftOf, EventDraft } from '#organism/event.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { totalTokens } from '#organism/tokens.ts';

import { clip, messageDraft, USER } from '../drafts.ts';
import type { Cast } from './cast.ts';
import { countTokens, toNanos } from './tokens.ts';
import type { HermesSession, SessionMessage } from './wire.ts';

/** What a session had used when it was last counted. */
export interface SessionTotals {
  readonly tokens: TokenClasses;
  readonly costNanos: number | null;
}

export function sessionTotals(session: HermesSession): SessionTotals | null {
  const counted = countTokens(session, 'session');
  if (counted.kind !== 'tokens') return null;
  const cost = session.actual_cost_usd ?? session.estimated_cost_usd;
  return { tokens: counted.tokens, costNanos: toNanos(cost) };
}

/**
 * A session's counters grow: what is billed is the difference to the totals counted before, with a
 * key made of both. Null when nothing was added.
 */
export function sessionUsage(place: {
  session: HermesSession;
  totals: SessionTotals;
  before: SessionTotals | null;
  instance: string;
  agent: string;
  at: number;
}): DraftOf<'usage'> | null {
  const { session, totals, before, instance, agent, at } = place;
  const tokens = difference(totals.tokens, before?.tokens ?? null);
  if (totalTokens(tokens) === 0) return null;
  const cost =
    totals.costNanos === null ? null : Math.max(0, totals.costNanos - (before?.costNanos ?? 0));
  const mark = (of: SessionTotals | null): string =>
    of === null ? '0' : Object.values(of.tokens).join('.');
  return {
    type: 'usage',
    key: `hermes:${instance}:session:${session.id}:${mark(before)}:${mark(totals)}`.slice(0, 512),
    occurredAt: at,
    threadId: clip(session.id),
    agent,
    model: clip(session.model ?? agent),
    provider: 'hermes',
    org: null,
    user: null,
    tokens,
    notReported: ['cacheWrite'],
    latencyMs: null,
    reportedCostNanos: cost,
  };
}

function difference(now: TokenClasses, before: TokenClasses | null): TokenClasses {
  const grown = (name: keyof TokenClasses): number =>
    Math.max(0, now[name] - (before?.[name] ?? 0));
  return {
    inputFresh: grown('inputFresh'),
    cacheRead: grown('cacheRead'),
    cacheWrite: grown('cacheWrite'),
    outputVisible: grown('outputVisible'),
    reasoning: grown('reasoning'),
  };
}

/** One message of a transcript: its id is unique within its session. */
export function sessionMessageDrafts(
  message: SessionMessage,
  place: { sessionId: string; agent: string; cast: Cast; now: number },
): EventDraft[] {
  const { sessionId, agent, cast, now } = place;
  const at = message.timestamp ?? now;
  const threadId = clip(sessionId);
  const key = `session:${sessionId}:${message.id}`;
  const { role, content, tool_name: tool, tool_call_id: callId } = message;
  const payload = typeof content === 'string' ? { text: content } : { content };
  if (role === 'tool') {
    const name = clip(tool ?? 'tool');
    return [
      ...cast.agent(name, at, { isAgent: false }),
      messageDraft({
        key,
        at,
        threadId,
        from: name,
        to: agent,
        payloadType: 'tool_result',
        payload: { ...payload, callId },
      }),
    ];
  }
  const parties = role === 'user' ? { from: USER, to: agent } : { from: agent, to: USER };
  const payloadType = role === 'user' || role === 'assistant' ? 'text' : clip(role);
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  const isEmpty = content === null || content === undefined || content === '';
  return [
    ...(isEmpty && calls.length > 0
      ? []
      : [messageDraft({ key, at, threadId, ...parties, payloadType, payload })]),
    ...calls.slice(0, 100).flatMap((call: unknown, index): EventDraft[] => {
      const name = clip(toolName(call));
      return [
        ...cast.agent(name, at, { isAgent: false }),
        messageDraft({
          key: `${key}:call-${index}`,
          at,
          threadId,
          from: agent,
          to: name,
          payloadType: 'tool_call',
          payload: call,
        }),
      ];
    }),
  ];
}

/** `{function: {name}}` as OpenAI has it, or a bare `name`. */
function toolName(call: unknown): string {
  if (typeof call !== 'object' || call === null) return 'tool';
  if ('function' in call) return toolName(call.function);
  return 'name' in call && typeof call.name === 'string' && call.name !== '' ? call.name : 'tool';
}
