import type { TokenClasses } from '#organism/tokens.ts';

import { filled } from '../plain-values.ts';
import { withDetails } from './usage-details.ts';
import type { Attributes } from './wire.ts';
import { numberOf } from './wire.ts';

/** What emitters call the same thing; the first that is there counts. */

const ALIASES = {
  provider: [
    'gen_ai.provider.name',
    // LangSmith's own guess from the model's name stands in the next.
    'langsmith.metadata.ls_provider',
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'ai.model.provider',
    'anthropic.provider',
  ],
  responseModel: ['gen_ai.response.model', 'ai.response.model'],
  requestModel: [
    'gen_ai.request.model',
    'ai.model.id',
    'llm.model_name',
    'model',
    'langsmith.metadata.ls_model_name',
  ],
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'input_tokens',
    'input_token_count',
    'ai.usage.tokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'output_tokens',
    'output_token_count',
  ],
  cacheRead: [
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.input_cached_tokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
    'ai.usage.cachedInputTokens',
    'llm.token_count.prompt_details.cache_read',
    'cache_read_tokens',
    'cached_token_count',
    'gen_ai.usage.cached_input_tokens',
    'gen_ai.usage.cached_tokens',
    'gen_ai.usage.prompt_tokens_details.cached_tokens',
    'gen_ai.usage.input_tokens_details.cached_tokens',
    'gen_ai.usage.experimental.cached_tokens',
    'gen_ai.usage.details.cache_read_tokens',
  ],
  cacheWrite: [
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
    'llm.token_count.prompt_details.cache_write',
    'cache_creation_tokens',
    'cache_write_token_count',
    'gen_ai.usage.details.cache_write_tokens',
  ],
  reasoning: [
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
    'llm.token_count.completion_details.reasoning',
    'codex.usage.reasoning_output_tokens',
    'reasoning_token_count',
    'ai.usage.reasoningTokens',
    'gen_ai.usage.details.reasoning_tokens',
    'gen_ai.usage.experimental.reasoning_tokens',
  ],
  thread: [
    'gen_ai.conversation.id',
    'conversation.id',
    'session.id',
    'traceloop.association.properties.session_id',
    'ai.settings.context.conversationId',
    'ai.telemetry.metadata.conversationId',
    'ai.telemetry.metadata.sessionId',
    'ai.telemetry.metadata.threadId',
    'traceloop.association.properties.conversation_id',
    'traceloop.association.properties.thread_id',
    'langsmith.metadata.session_id',
    'langsmith.metadata.thread_id',
    'langsmith.metadata.conversation_id',
    'mastra.metadata.threadId',
    'gcp.vertex.agent.session_id',
    'langfuse.session.id',
  ],
  agent: [
    'gen_ai.agent.id',
    'gen_ai.agent.name',
    'agent.name',
    'agent_name',
    'graph.node.id',
    'ai.telemetry.functionId',
  ],
  user: [
    'user.id',
    'enduser.id',
    'ai.settings.context.userId',
    'traceloop.association.properties.user_id',
    'ai.telemetry.metadata.userId',
  ],
  org: ['team.id', 'cost_center', 'organization.id'],
  tool: ['gen_ai.tool.name', 'tool.name', 'tool_name', 'ai.toolCall.name', 'traceloop.entity.name'],
  toolCallId: ['gen_ai.tool.call.id', 'tool_use_id', 'ai.toolCall.id', 'call_id', 'tool_call.id'],
  toolArguments: [
    'gen_ai.tool.call.arguments',
    'ai.toolCall.args',
    'ai.toolCall.input',
    'tool_input',
    'tool_arguments',
    'tool_call.function.arguments',
    'gcp.vertex.agent.tool_call_args',
    'traceloop.entity.input',
    'input.value',
  ],
  toolResult: [
    'gen_ai.tool.call.result',
    'ai.toolCall.result',
    'ai.toolCall.output',
    'tool_response',
    'gcp.vertex.agent.tool_response',
    'traceloop.entity.output',
    'output.value',
  ],
  responseId: ['gen_ai.response.id', 'ai.response.id', 'request_id'],
} as const satisfies Record<string, readonly string[]>;
export type Meaning = keyof typeof ALIASES;

/** Their `input_tokens` leave the cache out; everyone else's include it. */
const EXCLUSIVE_INPUT: ReadonlySet<string> = new Set(['input_tokens']);
/** Told beside output counts that leave it out; everyone else's include it. */
const EXCLUSIVE_REASONING = 'gen_ai.usage.experimental.reasoning_tokens';
/** In place of what is not there. */
const NO_TEXT: ReadonlySet<string> = new Set(['<not specified>']);
const COST_MICROS = 'cost_usd_micros';
const COSTS_USD = ['cost_usd', 'gen_ai.usage.cost', 'llm.cost.total', 'operation.cost'] as const;

export function valueOf(attributes: Attributes, meaning: Meaning): unknown {
  const name = nameIn(attributes, meaning);
  return name === null ? undefined : attributes.get(name);
}

export function textOf(attributes: Attributes, meaning: Meaning): string | null {
  for (const name of ALIASES[meaning]) {
    const text = filled(attributes.get(name));
    if (text !== null && !NO_TEXT.has(text)) return text;
  }
  return null;
}

export interface ReadTokens {
  readonly tokens: TokenClasses;
  readonly notReported: (keyof TokenClasses)[];
}

/** Five disjoint classes; null when the record has no counts at all. */
export function tokensOf(said: Attributes): ReadTokens | null {
  const attributes = withDetails(said);
  const input = countOf(attributes, 'input');
  const output = countOf(attributes, 'output');
  if (input === null && output === null) return null;
  const read = countOf(attributes, 'cacheRead');
  const write = countOf(attributes, 'cacheWrite');
  const reasoning = countOf(attributes, 'reasoning');
  const cached = (read ?? 0) + (write ?? 0);
  const all = input ?? 0;
  // Counts that cannot lie inside the input lie beside it, whatever the convention says.
  const isBeside = EXCLUSIVE_INPUT.has(countedName(attributes, 'input') ?? '') || cached > all;
  const notReported: (keyof TokenClasses)[] = [];
  if (input === null) notReported.push('inputFresh');
  if (output === null) notReported.push('outputVisible');
  if (read === null) notReported.push('cacheRead');
  if (write === null) notReported.push('cacheWrite');
  if (reasoning === null) notReported.push('reasoning');
  const isInside = countedName(attributes, 'reasoning') !== EXCLUSIVE_REASONING;
  const visible = isInside ? Math.max(0, (output ?? 0) - (reasoning ?? 0)) : (output ?? 0);
  return {
    tokens: {
      inputFresh: isBeside ? all : all - cached,
      cacheRead: read ?? 0,
      cacheWrite: write ?? 0,
      outputVisible: visible,
      reasoning: isInside ? Math.min(reasoning ?? 0, output ?? 0) : (reasoning ?? 0),
    },
    notReported,
  };
}

/** What the emitter says the call cost, in nano-dollars; never ours. */
export function reportedCostNanos(attributes: Attributes): number | null {
  const micros = numberOf(attributes.get(COST_MICROS));
  const usd = COSTS_USD.map((name) => numberOf(attributes.get(name))).find(
    (value) => value !== null,
  );
  const nanos = micros === null ? Math.round((usd ?? Number.NaN) * 1e9) : Math.round(micros * 1000);
  return Number.isSafeInteger(nanos) && nanos >= 0 ? nanos : null;
}

/** One that is no count counts for nothing: the next that is one does. */
function countOf(attributes: Attributes, meaning: Meaning): number | null {
  const name = countedName(attributes, meaning);
  return name === null ? null : readCount(attributes.get(name));
}

function countedName(attributes: Attributes, meaning: Meaning): string | null {
  return ALIASES[meaning].find((name) => readCount(attributes.get(name)) !== null) ?? null;
}

function readCount(raw: unknown): number | null {
  const value = numberOf(raw);
  return value === null || value < 0 || value > 1e12 ? null : Math.floor(value);
}

function nameIn(attributes: Attributes, meaning: Meaning): string | null {
  return ALIASES[meaning].find((name) => attributes.has(name)) ?? null;
}
