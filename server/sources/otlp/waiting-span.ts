import { CLAUDE_CODE } from '../claude-code/keys.ts';
import { filled } from '../plain-values.ts';
import type { SpanBook } from './span-book.ts';
import { kindOfSpan } from './span-kind.ts';
import type { OtlpSpan } from './wire.ts';
import { serviceOf } from './wire.ts';

/**
 * Children end before their parents, and may be exported long before them: what a span waits for.
 * `names`: an ancestor that says whose call it is. `failure`: a deeper span that failed, and tells
 * of it better. `log`: the record that tells of the same call with its cost.
 */
export const REASONS = ['names', 'failure', 'log'] as const;
export type Reason = (typeof REASONS)[number];

/** Exporters send every 5 s by default: a parent that ended soon after is in the next request. */
export const WAIT_MS: Readonly<Record<Reason, number>> = {
  names: 6000,
  failure: 6000,
  log: 15_000,
};

const CLAUDE_CODE_CALL = 'claude_code.llm_request';
/** What says that a span is part of the work of agents, though it may be none of the kinds told. */
const MARKS = [
  'gen_ai.operation.name',
  'ai.operationId',
  'openinference.span.kind',
  'traceloop.span.kind',
] as const;

/** Its logs tell of its calls; without logs the span is all there is. */
export function isClaudeCodeCall(span: OtlpSpan): boolean {
  return span.name === CLAUDE_CODE_CALL && serviceOf(span.resource) === CLAUDE_CODE;
}

/** Null: it can be told now. */
export function reasonToWait(span: OtlpSpan, book: SpanBook): Exclude<Reason, 'failure'> | null {
  if (isClaudeCodeCall(span)) return 'log';
  if (book.ancestryOf(span).isSettled) return null;
  const isAboutAgents =
    kindOfSpan(span) !== 'other' ||
    MARKS.some((mark) => filled(span.attributes.get(mark)) !== null);
  return isAboutAgents ? 'names' : null;
}

/** A failed call has nothing below it that could tell better; an agent or a tool may have. */
export function isFailureOpen(span: OtlpSpan, book: SpanBook): boolean {
  if (!span.isError || book.isToldBelow(span)) return false;
  const kind = kindOfSpan(span);
  return kind === 'agent' || kind === 'tool';
}
