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
/** LangSmith derives an operation from each run's type: a prompt is `chat`, a retriever `embeddings`. */
const LANGSMITH: Readonly<Record<string, SpanKind>> = {
  llm: 'model-call',
  embedding: 'model-call',
  tool: 'tool',
  agent: 'agent',
};
/** Google's ADK tells of tools that ran at once a second time, together. */
const MERGED_TOOLS = '(merged tools)';
const LLM_REQUESTS: ReadonlySet<string> = new Set(['chat', 'completion', 'embedding']);
/** The Vercel AI SDK's own spans: the inner one is the call, the outer one its sum. */
const AI_SDK_CALL = /\.do(?:Generate|Stream|Embed)$/;

/** An MCP client's span of a tool call names the tool, and no operation. */
const MCP_CALL = 'tools/call';
/** What only a call has where nothing says what the span is: a model, and tokens by their oldest names. */
const MODELS = ['gen_ai.request.model', 'gen_ai.response.model'] as const;
const COUNTS = [
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.prompt_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.completion_tokens',
] as const;

export function kindOfSpan({ attributes }: OtlpSpan): SpanKind {
  const text = (name: string): string => filled(attributes.get(name)) ?? '';
  const aiSdk = text('ai.operationId');
  if (aiSdk !== '') {
    if (AI_SDK_CALL.test(aiSdk)) return 'model-call';
    return aiSdk === 'ai.toolCall' ? 'tool' : 'other';
  }
  const langSmith = text('langsmith.span.kind').toLowerCase();
  if (langSmith !== '') return LANGSMITH[langSmith] ?? 'other';
  if (text('gen_ai.tool.name') === MERGED_TOOLS) return 'other';
  const operation = text('gen_ai.operation.name');
  const openInference = text('openinference.span.kind').toUpperCase();
  const traceloop = text('traceloop.span.kind');
  const known =
    OPERATIONS[operation] ??
    OPEN_INFERENCE[openInference] ??
    TRACELOOP[traceloop] ??
    (LLM_REQUESTS.has(text('llm.request.type')) ? 'model-call' : null);
  if (known !== null) return known;
  if (text('mcp.method.name') === MCP_CALL && text('gen_ai.tool.name') !== '') return 'tool';
  // A kind or an operation that is none of ours may well repeat the tokens of calls below it.
  if (operation !== '' || openInference !== '' || traceloop !== '') return 'other';
  if (text('gen_ai.tool.name') !== '' && text('gen_ai.tool.call.id') !== '') return 'tool';
  const isCall =
    MODELS.some((name) => text(name) !== '') && COUNTS.some((name) => attributes.has(name));
  return isCall ? 'model-call' : 'other';
}

/** Of the span of an agent that no attribute of ours names. */
export function nameOfAgentSpan({ attributes, name }: OtlpSpan): string | null {
  const isTraceloop = filled(attributes.get('traceloop.span.kind')) === 'agent';
  if (isTraceloop) return filled(attributes.get('traceloop.entity.name'));
  const isOpenInference = filled(attributes.get('openinference.span.kind'))?.toUpperCase();
  return isOpenInference === 'AGENT' ? filled(name) : null;
}
