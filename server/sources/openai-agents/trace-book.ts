import type { BoundedMap } from '../bounded-map.ts';
import { createBoundedMap } from '../bounded-map.ts';
import type { AgentsSpan, AgentsTrace } from './wire.ts';

/** Traces and spans remembered, as an exporter may send them in several requests. */
const MAX_REMEMBERED = 50_000;

interface SpanFacts {
  readonly parentId: string | null;
  /** The agent this span is of, where it names one. */
  readonly agent: string | null;
}

/** What is known of traces and spans that came before, or come in the same request. */
export interface TraceBook {
  noteTrace(trace: AgentsTrace): void;
  noteSpan(span: AgentsSpan): void;
  /** Billed by itself: what is above it repeats its usage, also where that is noted later. */
  markBilled(span: AgentsSpan): void;
  trace(id: string): AgentsTrace | undefined;
  agentOf(span: AgentsSpan): string | null;
  /** The nearest other agent above the span's own. */
  agentAbove(span: AgentsSpan): string | null;
  modelOf(span: AgentsSpan): string | null;
  /** Whether nothing that is still to come can name its agent or its thread. */
  isSettled(span: AgentsSpan): boolean;
  /** Whether a span below it is billed. */
  isSummedUp(span: AgentsSpan): boolean;
  /** Whether a turn above it was billed when nothing below that was known. */
  isInBilledTurn(span: AgentsSpan): boolean;
  markBilledTurn(span: AgentsSpan): void;
  /** Its failure is told: what is above it failed with it. */
  markFailed(span: AgentsSpan): void;
  isFailedBelow(span: AgentsSpan): boolean;
}

export function createTraceBook(): TraceBook {
  const traces = createBoundedMap<AgentsTrace>(MAX_REMEMBERED);
  const spans = createBoundedMap<SpanFacts>(MAX_REMEMBERED);
  const sums = createBoundedMap<true>(MAX_REMEMBERED);
  const models = createBoundedMap<string>(MAX_REMEMBERED);
  const turns = createBoundedMap<true>(MAX_REMEMBERED);
  const failedBelow = createBoundedMap<true>(MAX_REMEMBERED);

  function above(id: string | null | undefined, visit: (id: string) => boolean): void {
    const seen = new Set<string>();
    for (let at = id ?? null; at !== null && !seen.has(at); at = spans.get(at)?.parentId ?? null) {
      seen.add(at);
      if (visit(at)) return;
    }
  }

  function markAbove(marks: BoundedMap<true>, { parent_id: parentId }: AgentsSpan): void {
    above(parentId, (id) => {
      marks.set(id, true);
      return false;
    });
  }

  /** Agents from the span upwards, each once. */
  function agentsOf(span: AgentsSpan): string[] {
    const agents = new Set<string>();
    above(span.id, (id) => {
      const agent = spans.get(id)?.agent ?? null;
      if (agent !== null) agents.add(agent);
      return agents.size > 1;
    });
    return [...agents];
  }

  return {
    noteTrace: (trace) => traces.set(trace.id, trace),
    noteSpan(span) {
      const { span_data: data } = span;
      const agent = data.type === 'agent' ? data.name : data.data?.agent_name;
      spans.set(span.id, { parentId: span.parent_id ?? null, agent: agent ?? null });
      if (typeof data.model === 'string') models.set(span.trace_id, data.model);
      if (sums.has(span.id)) markAbove(sums, span);
      if (failedBelow.has(span.id)) markAbove(failedBelow, span);
    },
    markBilled: (span) => markAbove(sums, span),
    trace: (id) => traces.get(id),
    agentOf: (span) => agentsOf(span)[0] ?? null,
    agentAbove: (span) => agentsOf(span)[1] ?? null,
    modelOf: (span) => span.span_data.model ?? models.get(span.trace_id) ?? null,
    isSettled(span) {
      if (!traces.has(span.trace_id)) return false;
      let isWhole = false;
      above(span.id, (id) => {
        const facts = spans.get(id);
        isWhole = facts !== undefined && (facts.agent !== null || facts.parentId === null);
        return isWhole;
      });
      return isWhole;
    },
    isSummedUp: (span) => sums.has(span.id),
    isInBilledTurn(span) {
      let isIn = false;
      above(span.parent_id, (id) => {
        isIn = turns.has(id);
        return isIn;
      });
      return isIn;
    },
    markBilledTurn: (span) => turns.set(span.id, true),
    markFailed: (span) => markAbove(failedBelow, span),
    isFailedBelow: (span) => failedBelow.has(span.id),
  };
}
