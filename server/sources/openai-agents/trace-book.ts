import type { AgentsSpan, AgentsTrace } from './wire.ts';

/** Traces and spans remembered, as an exporter may send them in several requests. */
const MAX_REMEMBERED = 50_000;

interface SpanFacts {
  readonly parentId: string | null;
  /** The agent this span is of, where it names one. */
  readonly agent: string | null;
  /** Billed by itself: what is above it repeats its usage. */
  readonly isBilled: boolean;
}

/** What is known of traces and spans that came before, or come in the same request. */
export interface TraceBook {
  noteTrace(trace: AgentsTrace): void;
  noteSpan(span: AgentsSpan, isBilled: boolean): void;
  trace(id: string): AgentsTrace | undefined;
  agentOf(span: AgentsSpan): string | null;
  modelOf(span: AgentsSpan): string | null;
  /** Whether a span below it is billed. */
  isSummedUp(span: AgentsSpan): boolean;
}

export function createTraceBook(): TraceBook {
  const traces = new Map<string, AgentsTrace>();
  const spans = new Map<string, SpanFacts>();
  const sums = new Map<string, true>();
  const models = new Map<string, string>();

  function above(id: string | null | undefined, visit: (id: string) => boolean): void {
    const seen = new Set<string>();
    for (let at = id ?? null; at !== null && !seen.has(at); at = spans.get(at)?.parentId ?? null) {
      seen.add(at);
      if (visit(at)) return;
    }
  }

  return {
    noteTrace: (trace) => remember(traces, trace.id, trace),
    noteSpan(span, isBilled) {
      const { span_data: data } = span;
      const agent = data.type === 'agent' ? data.name : data.data?.agent_name;
      remember(spans, span.id, {
        parentId: span.parent_id ?? null,
        agent: agent ?? null,
        isBilled,
      });
      if (typeof data.model === 'string') remember(models, span.trace_id, data.model);
      if (isBilled) {
        above(span.parent_id, (id) => {
          remember(sums, id, true);
          return false;
        });
      }
    },
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

function remember<V>(into: Map<string, V>, key: string, value: V): void {
  into.set(key, value);
  if (into.size <= MAX_REMEMBERED) return;
  for (const oldest of into.keys()) {
    into.delete(oldest);
    return;
  }
}
