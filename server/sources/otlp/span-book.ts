import { createBoundedMap } from '../bounded-map.ts';
import type { OtlpSpan } from './wire.ts';

/** Spans remembered, for children and parents that come in another request. */
const MAX_SPANS = 50_000;

/** What a span says of itself, for those below it. */
export interface SpanFacts {
  readonly parent: string | null;
  readonly agent: string | null;
  readonly thread: string | null;
}

/**
 * Knows spans by trace and id, so that a child finds the agent and the conversation that only its
 * ancestors name, and so that one failure, told by every span around it, counts once.
 */
export interface SpanBook {
  /** @param isTelling whether a failure of this very span would be told */
  note(span: OtlpSpan, facts: Omit<SpanFacts, 'parent'>, isTelling: boolean): void;
  /** The nearest value on the way up, the span itself included. */
  inherited(span: OtlpSpan, fact: 'agent' | 'thread'): string | null;
  /** The nearest agent strictly above. */
  agentAbove(span: OtlpSpan): string | null;
  /** Whether a failure further down has told of it. */
  isToldBelow(span: OtlpSpan): boolean;
}

export function createSpanBook(): SpanBook {
  const known = createBoundedMap<SpanFacts>(MAX_SPANS);
  const toldBelow = createBoundedMap<true>(MAX_SPANS);

  function lookUp(start: string | null, fact: 'agent' | 'thread'): string | null {
    const visited = new Set<string>();
    for (let at = start; at !== null && !visited.has(at);) {
      visited.add(at);
      const facts = known.get(at);
      if (facts === undefined) return null;
      if (facts[fact] !== null) return facts[fact];
      at = facts.parent;
    }
    return null;
  }

  /** All the way up: spans between two that tell may say nothing themselves. */
  function markAbove(start: string | null): void {
    for (let at = start; at !== null && !toldBelow.has(at); at = known.get(at)?.parent ?? null) {
      toldBelow.set(at, true);
    }
  }

  return {
    note(span, facts, isTelling) {
      const id = idOf(span);
      const parent = parentOf(span);
      known.set(id, { parent, ...facts });
      // What is above a span that came first is only known now.
      if ((span.isError && isTelling) || toldBelow.has(id)) markAbove(parent);
    },
    inherited: (span, fact) => lookUp(idOf(span), fact),
    agentAbove: (span) => lookUp(parentOf(span), 'agent'),
    isToldBelow: (span) => toldBelow.has(idOf(span)),
  };
}

export function idOf({ traceId, spanId }: Pick<OtlpSpan, 'traceId' | 'spanId'>): string {
  return `${traceId}:${spanId}`;
}

function parentOf({ traceId, parentSpanId }: OtlpSpan): string | null {
  return parentSpanId === null ? null : `${traceId}:${parentSpanId}`;
}
