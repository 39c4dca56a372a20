import { totalTokens } from '#organism/tokens.ts';

import { clip } from '../drafts.ts';
import type { AnswerLine } from './answer-line.ts';
import type { Call } from './call-schema.ts';
import type { TranscriptUsage } from './transcript-wire.ts';

/**
 * Calls of models, from the lines that tell of them. A streamed answer is written as several lines,
 * one for each part of its content, with the same ids and counters that may still grow: a call is
 * billed once, from the line that counts most, when nothing more of it is to come.
 */

/** Put in place of an answer by the program itself: nobody bills it. */
const SYNTHETIC = '<synthetic>';
const NANOS_PER_USD = 1e9;

/** Null: the line is no part of an answer that a model gave. */
export function callOf(
  line: AnswerLine,
  place: { readonly session: string; readonly agent: string; readonly at: number },
): Call | null {
  const { message, requestId = null, costUSD, promptId = null } = line;
  const usage = message?.usage;
  if (usage == null || line.isApiErrorMessage === true) return null;
  const messageId = message?.id ?? requestId ?? line.uuid ?? null;
  if (messageId === null || message?.model === SYNTHETIC) return null;
  const { cacheWrite5m, cacheWrite1h, ...tokens } = tokensOf(usage);
  const nanos = costUSD == null || costUSD < 0 ? null : Math.round(costUSD * NANOS_PER_USD);
  return {
    ...place,
    messageId,
    requestId,
    model: clip(message?.model ?? ''),
    tokens,
    cacheWrite5m,
    cacheWrite1h,
    webSearches: usage.server_tool_use?.web_search_requests || null,
    reportedCostNanos: nanos,
    promptId,
    isEnded: message?.stop_reason != null,
  };
}

/** Through gateways other models answer, whose makers the lines do not name. */
export function providerOf(model: string): string {
  return /claude/i.test(model) ? 'anthropic' : '';
}

function tokensOf(usage: TranscriptUsage) {
  const { cache_creation: kept, cache_creation_input_tokens: written } = usage;
  const cacheWrite5m = kept?.ephemeral_5m_input_tokens ?? null;
  const cacheWrite1h = kept?.ephemeral_1h_input_tokens ?? null;
  return {
    inputFresh: usage.input_tokens ?? 0,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    // An answer may fill in one of the two only, and leave the other at zero.
    cacheWrite: Math.max(written ?? 0, (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0)),
    outputVisible: usage.output_tokens ?? 0,
    reasoning: 0,
    cacheWrite5m,
    cacheWrite1h,
  };
}

/** Of two lines of one call the one that counts: the first, unless the later has more. */
export function fuller(known: Call, next: Call): Call {
  const isMore = totalTokens(next.tokens) > totalTokens(known.tokens);
  const isEnded = known.isEnded || next.isEnded;
  return { ...(isMore ? next : known), isEnded };
}

export function isSameCall(a: Call, b: Call): boolean {
  return a.messageId === b.messageId && a.requestId === b.requestId;
}
