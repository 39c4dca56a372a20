import { filled } from '../plain-values.ts';
import type { OtlpSpan } from './wire.ts';

/** What a span is to us. Only `model-call` is billed: every other span repeats the calls below it. */
export type SpanKind = 'model-call' | 'tool' | 'agent' | 'other';

const OPERATIONS: Readonly<Record<string, SpanKind>> = {
  chat: 'model-call',
  generate_content: 'model-call',
  text_completion: 'model-call',
  embeddings: 'model-call',
  execute_tool: 'tool',
  invoke_agent: 'agent',
  create_agent: 'agent',
  invoke_workflow: 'agent',
};
/** OpenInference, in `openinference.span.kind`. */
const OPEN_INFERENCE: Readonly<Record<string, SpanKind>> = {
  LLM: 'model-call',
  EMBEDDING: 'model-call',
  TOOL: 'tool',
  AGENT: 'agent',
};
/** OpenLLMetry, in `traceloop.span.kind` and, of its older instrumentations, `llm.request.type`. */
const TRACELOOP: Readonly<Record<string, SpanKind>> = {
  tool: 'tool',
  agent: 'agent',
  workflow: 'agent',
};
const LLM_REQUESTS: ReadonlySet<string> = new Set(['chat', 'completion', 'embedding']);
/** The Vercel AI SDK's own spans: the inner one is the call, the outer one its sum. */
const AI_SDK_CALL = /\.do(?:Generate|Stream|Embed)$/;

/** An MCP client's span of a tool call names the tool, and no operation. */
const MCP_CALL = 'tools/call';

export function kindOfSpan({ attributes }: OtlpSpan): SpanKind {
  const text = (name: string): string => filled(attributes.get(name)) ?? '';
  const aiSdk = text('ai.operationId');
  if (aiSdk !== '') {
    if (AI_SDK_CALL.test(aiSdk)) return 'model-call';
    return aiSdk === 'ai.toolCall' ? 'tool' : 'other';
  }
  return (
    OPERATIONS[text('gen_ai.operation.name')] ??
    OPEN_INFERENCE[text('openinference.span.kind').toUpperCase()] ??
    TRACELOOP[text('traceloop.span.kind')] ??
    (text('mcp.method.name') === MCP_CALL && text('gen_ai.tool.name') !== '' ? 'tool' : null) ??
    (LLM_REQUESTS.has(text('llm.request.type')) ? 'model-call' : 'other')
  );
}
