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
  modelOf(span: AgentsSpan): string | null;
  /** Whether a span below it is billed. */
  isSummedUp(span: AgentsSpan): boolean;
}

export function createTraceBook(): TraceBook {
  const traces = createBoundedMap<AgentsTrace>(MAX_REMEMBERED);
  const spans = createBoundedMap<SpanFacts>(MAX_REMEMBERED);
  const sums = createBoundedMap<true>(MAX_REMEMBERED);
  const models = createBoundedMap<string>(MAX_REMEMBERED);

  function above(id: string | null | undefined, visit: (id: string) => boolean): void {
    const seen = new Set<string>();
    for (let at = id ?? null; at !== null && !seen.has(at); at = spans.get(at)?.parentId ?? null) {
      seen.add(at);
      if (visit(at)) return;
    }
  }

  function markAbove({ parent_id: parentId }: AgentsSpan): void {
    above(parentId, (id) => {
      sums.set(id, true);
      return false;
    });
  }

  return {
    noteTrace: (trace) => traces.set(trace.id, trace),
    noteSpan(span) {
      const { span_data: data } = span;
      const agent = data.type === 'agent' ? data.name : data.data?.agent_name;
      spans.set(span.id, { parentId: span.parent_id ?? null, agent: agent ?? null });
      if (typeof data.model === 'string') models.set(span.trace_id, data.model);
      if (sums.has(span.id)) markAbove(span);
    },
    markBilled: markAbove,
    trace: (id) => traces.get(id),
    agentOf(span) {
      let agent: string | null = null;
      above(span.id, (id) => {
        agent = spans.get(id)?.agent ?? null;
        return agent !== null;
      });
      return agent;
    },
    modelOf: (span) => span.span_data.model ?? models.get(span.trace_id) ?? null,
    isSummedUp: (span) => sums.has(span.id),
  };
}
