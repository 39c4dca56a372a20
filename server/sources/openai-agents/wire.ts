import { z } from 'zod';

import { amount, anything, flag, instant, record, text, texts } from '../lenient.ts';

/** What the OpenAI Agents SDK's exporter posts, read leniently. */

const cachedSchema = z.looseObject({ cached_tokens: amount }).nullish().catch(null);
const thoughtSchema = z.looseObject({ reasoning_tokens: amount }).nullish().catch(null);
const usageSchema = z
  .looseObject({
    input_tokens: amount,
    output_tokens: amount,
    /** As models behind Chat Completions count. */
    prompt_tokens: amount,
    completion_tokens: amount,
    input_tokens_details: cachedSchema,
    output_tokens_details: thoughtSchema,
    cached_input_tokens: amount,
    cache_write_input_tokens: amount,
    details: z
      .looseObject({
        input_tokens_details: cachedSchema,
        output_tokens_details: thoughtSchema,
        cached_tokens: amount,
        reasoning_tokens: amount,
      })
      .nullish()
      .catch(null),
  })
  .nullish()
  .catch(null);
export type AgentsUsage = NonNullable<z.infer<typeof usageSchema>>;

const traceSchema = z.looseObject({
  object: z.literal('trace'),
  id: z.string().min(1),
  workflow_name: text,
  group_id: text,
  metadata: record,
});
export type AgentsTrace = z.infer<typeof traceSchema>;

export const spanSchema = z.looseObject({
  object: z.literal('trace.span'),
  id: z.string().min(1),
  trace_id: z.string().min(1),
  parent_id: text,
  started_at: instant,
  ended_at: instant,
  span_data: z.looseObject({
    type: z.string().min(1),
    name: text,
    model: text,
    usage: usageSchema,
    data: z
      .looseObject({ sdk_span_type: text, agent_name: text, usage: usageSchema })
      .nullish()
      .catch(null),
    from_agent: text,
    to_agent: text,
    triggered: flag,
    tools: texts,
    /** Of `mcp_tools`: the server that was asked, and the tools that it has. */
    server: text,
    result: anything,
    input: anything,
    output: anything,
  }),
  error: z.looseObject({ message: text }).nullish().catch({ message: null }),
});
export type AgentsSpan = z.infer<typeof spanSchema>;

export interface AgentsBatch {
  readonly traces: readonly AgentsTrace[];
  readonly spans: readonly AgentsSpan[];
  /** Items of neither kind. */
  readonly unreadable: readonly unknown[];
}

/** Null: the body is not `{"data": [...]}`. */
export function readAgentsBatch(value: unknown): AgentsBatch | null {
  const body = z.looseObject({ data: z.array(z.unknown()) }).safeParse(value);
  if (!body.success) return null;
  const traces: AgentsTrace[] = [];
  const spans: AgentsSpan[] = [];
  const unreadable: unknown[] = [];
  for (const item of body.data.data) {
    const trace = traceSchema.safeParse(item);
    if (trace.success) {
      traces.push(trace.data);
      continue;
    }
    const span = spanSchema.safeParse(item);
    if (span.success) spans.push(span.data);
    else unreadable.push(item);
  }
  return { traces, spans, unreadable };
}
