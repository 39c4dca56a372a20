import type { BoundedMap } from '../bounded-map.ts';
import { createBoundedMap } from '../bounded-map.ts';
import type { OtlpSpan } from './wire.ts';

/** Spans remembered, for children and parents that come in another request. */
export const MAX_SPANS = 50_000;

/** What a span says of itself, for those below it. */
export interface SpanFacts {
  readonly agent: string | null;
  readonly thread: string | null;
  /** Whether a failure of this very span would be told. */
  readonly isTelling: boolean;
  /** A model call that counts tokens; what is around it and counts them again is none. */
  readonly isCall: boolean;
  /** What is called from here works for itself: its calls are others than those around. */
  readonly isBoundary: boolean;
}

type SpanPlace = Pick<OtlpSpan, 'traceId' | 'spanId' | 'parentSpanId'>;

/** All that is known of a span. */
export interface KnownSpan extends SpanFacts, SpanPlace {
  readonly isFailed: boolean;
  readonly isBilled: boolean;
}

/** What the way from a span up to its root says. */
export interface Ancestry {
  /** The nearest, the span itself included. */
  readonly agent: string | null;
  readonly thread: string | null;
  /** The nearest other agent above that one. */
  readonly agentAbove: string | null;
  /** Whether nothing that is still to come can name more. */
  readonly isSettled: boolean;
}

/**
 * Knows spans by trace and id, so that a child finds the agent and the conversation that only its
 * ancestors name, and so that one failure or one call, told by every span around it, counts once.
 */
export interface SpanBook {
  note(span: SpanPlace & Pick<OtlpSpan, 'isError'>, facts: SpanFacts): void;
  /** Null once it is forgotten. */
  knownOf(span: SpanPlace): KnownSpan | null;
  /** Takes up what an earlier life of the process knew. */
  restore(spans: readonly KnownSpan[]): void;
  /** Whether something of this trace is told. */
  isOfAgents(traceId: string): boolean;
  ancestryOf(span: OtlpSpan): Ancestry;
  /** Whether a failure further down has told of it. */
  isToldBelow(span: OtlpSpan): boolean;
  /**
   * Whether another span is the same call: one inside of it that counts, or one around it that is
   * billed already. A call that is not, is billed from now on.
   */
  takeCall(span: OtlpSpan): boolean;
}

interface Known extends SpanFacts {
  readonly parent: string | null;
  readonly isFailed: boolean;
}

export function createSpanBook(): SpanBook {
  const known = createBoundedMap<Known>(MAX_SPANS);
  const toldBelow = createBoundedMap<true>(MAX_SPANS);
  const callBelow = createBoundedMap<true>(MAX_SPANS);
  const billed = createBoundedMap<true>(MAX_SPANS);
  const tracesOfAgents = createBoundedMap<true>(MAX_SPANS);

  /** All the way up, and on from there once more of it is known. */
  function mark(
    marks: BoundedMap<true>,
    start: string | null,
    isEnd: (facts: Known) => boolean = () => false,
  ): void {
    for (let at = start; at !== null && !marks.has(at);) {
      marks.set(at, true);
      const facts = known.get(at);
      if (facts === undefined || isEnd(facts)) return;
      at = facts.parent;
    }
  }

  function* upFrom(start: string | null): Generator<[string, Known | undefined]> {
    const visited = new Set<string>();
    for (let at = start; at !== null && !visited.has(at);) {
      visited.add(at);
      const facts = known.get(at);
      yield [at, facts];
      at = facts?.parent ?? null;
    }
  }

  function isBilledAround(span: OtlpSpan): boolean {
    for (const [id, facts] of upFrom(parentOf(span))) {
      if (facts === undefined || facts.isBoundary) return false;
      if (billed.has(id)) return true;
    }
    return false;
  }

  const note: SpanBook['note'] = (span, facts) => {
    const id = idOf(span);
    const parent = parentOf(span);
    known.set(id, { parent, isFailed: span.isError, ...facts });
    if (facts.isTelling) tracesOfAgents.set(span.traceId, true);
    // What is above a span that came first is only known now.
    if ((span.isError && facts.isTelling) || toldBelow.has(id)) mark(toldBelow, parent);
    const isAroundCall = callBelow.has(id) && !facts.isBoundary;
    if (facts.isCall || isAroundCall) {
      mark(callBelow, parent, ({ isBoundary }) => isBoundary);
    }
  };

  return {
    note,
    knownOf({ traceId, spanId, parentSpanId }) {
      const id = idOf({ traceId, spanId });
      const facts = known.get(id);
      if (facts === undefined) return null;
      return { ...facts, traceId, spanId, parentSpanId, isBilled: billed.has(id) };
    },
    restore(spans) {
      for (const span of spans) {
        note({ ...span, isError: span.isFailed }, span);
        if (span.isBilled) billed.set(idOf(span), true);
      }
    },
    isOfAgents: (traceId) => tracesOfAgents.has(traceId),
    ancestryOf(span) {
      let agent: string | null = null;
      let thread: string | null = null;
      let agentAbove: string | null = null;
      let isWhole = true;
      for (const [, facts] of upFrom(idOf(span))) {
        if (facts === undefined) {
          isWhole = false;
          break;
        }
        thread ??= facts.thread;
        if (facts.agent !== null && facts.agent !== agent) {
          if (agent === null) agent = facts.agent;
          else agentAbove ??= facts.agent;
        }
        if (thread !== null && agentAbove !== null) break;
      }
      const isNamed = agent !== null && thread !== null;
      return { agent, thread, agentAbove, isSettled: isWhole || isNamed };
    },
    isToldBelow: (span) => toldBelow.has(idOf(span)),
    takeCall(span) {
      if (callBelow.has(idOf(span)) || isBilledAround(span)) return false;
      billed.set(idOf(span), true);
      return true;
    },
  };
}

export function idOf({ traceId, spanId }: Pick<OtlpSpan, 'traceId' | 'spanId'>): string {
  return `${traceId}:${spanId}`;
}

function parentOf({ traceId, parentSpanId }: SpanPlace): string | null {
  return parentSpanId === null ? null : `${traceId}:${parentSpanId}`;
}
