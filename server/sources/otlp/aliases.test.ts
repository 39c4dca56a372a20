import { describe, expect, it } from 'vitest';

import { reportedCostNanos, textOf, tokensOf } from './aliases.ts';
import type { Attributes } from './wire.ts';

/** The alias table of the protocol, one line of it a test: what every emitter calls the same thing. */

const attributes = (values: Readonly<Record<string, unknown>>): Attributes =>
  new Map(Object.entries(values));
const INPUT = 'gen_ai.usage.input_tokens';
const OUTPUT = 'gen_ai.usage.output_tokens';

describe('tokens by every name', () => {
  it.each([
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'llm.token_count.prompt',
    'llm.usage.prompt_tokens',
    'input_tokens',
    'input_token_count',
    'ai.usage.tokens',
  ])('input: %s', (name) => {
    expect(tokensOf(attributes({ [name]: 7 }))?.tokens).toMatchObject({ inputFresh: 7 });
  });

  it.each([
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
    'llm.token_count.completion',
    'llm.usage.completion_tokens',
    'output_tokens',
    'output_token_count',
  ])('output: %s', (name) => {
    expect(tokensOf(attributes({ [name]: 7 }))?.tokens).toMatchObject({ outputVisible: 7 });
  });

  it.each([
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
    'gen_ai.usage.details.cache_read_tokens',
  ])('cache read: %s', (name) => {
    const read = tokensOf(attributes({ [INPUT]: 10, [name]: 7 }));
    expect(read?.tokens).toMatchObject({ inputFresh: 3, cacheRead: 7 });
    expect(read?.notReported).not.toContain('cacheRead');
  });

  it.each([
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
    'llm.token_count.prompt_details.cache_write',
    'cache_creation_tokens',
    'cache_write_token_count',
    'gen_ai.usage.details.cache_write_tokens',
  ])('cache write: %s', (name) => {
    const read = tokensOf(attributes({ [INPUT]: 10, [name]: 7 }));
    expect(read?.tokens).toMatchObject({ inputFresh: 3, cacheWrite: 7 });
    expect(read?.notReported).not.toContain('cacheWrite');
  });

  it.each([
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
    'llm.token_count.completion_details.reasoning',
    'codex.usage.reasoning_output_tokens',
    'reasoning_token_count',
    'ai.usage.reasoningTokens',
    'gen_ai.usage.details.reasoning_tokens',
  ])('reasoning: %s', (name) => {
    const read = tokensOf(attributes({ [OUTPUT]: 10, [name]: 7 }));
    expect(read?.tokens).toMatchObject({ outputVisible: 3, reasoning: 7 });
    expect(read?.notReported).not.toContain('reasoning');
  });

  it('takes the first that is a count, as number or in words', () => {
    const both = { [INPUT]: 5, 'gen_ai.usage.prompt_tokens': 9 };
    expect(tokensOf(attributes(both))?.tokens.inputFresh).toBe(5);
    for (const odd of [null, '', 'many', -1, Number.NaN, 1e13]) {
      const read = tokensOf(attributes({ ...both, [INPUT]: odd }));
      expect(read?.tokens.inputFresh).toBe(9);
    }
    expect(tokensOf(attributes({ [INPUT]: '12' }))?.tokens.inputFresh).toBe(12);
    expect(tokensOf(attributes({ 'gen_ai.usage.total_tokens': 3 }))).toBeNull();
  });

  it('counts the cache beside the input where it cannot lie inside, and for Claude Code', () => {
    const beside = { [INPUT]: 100, 'gen_ai.usage.cache_read.input_tokens': 900 };
    expect(tokensOf(attributes(beside))?.tokens).toMatchObject({ inputFresh: 100, cacheRead: 900 });
    const edge = { [INPUT]: 900, 'gen_ai.usage.cache_read.input_tokens': 900 };
    expect(tokensOf(attributes(edge))?.tokens).toMatchObject({ inputFresh: 0, cacheRead: 900 });
    const bare = { input_tokens: 120, cache_read_tokens: 20, cache_creation_tokens: 9 };
    expect(tokensOf(attributes(bare))?.tokens).toMatchObject({
      inputFresh: 120,
      cacheRead: 20,
      cacheWrite: 9,
    });
  });
});

describe('names by every name', () => {
  it.each([
    ['provider', 'gen_ai.provider.name'],
    ['provider', 'gen_ai.system'],
    ['provider', 'llm.provider'],
    ['provider', 'llm.system'],
    ['provider', 'ai.model.provider'],
    ['provider', 'anthropic.provider'],
    ['requestModel', 'gen_ai.request.model'],
    ['requestModel', 'ai.model.id'],
    ['requestModel', 'llm.model_name'],
    ['requestModel', 'model'],
    ['responseModel', 'gen_ai.response.model'],
    ['responseModel', 'ai.response.model'],
    ['thread', 'gen_ai.conversation.id'],
    ['thread', 'conversation.id'],
    ['thread', 'session.id'],
    ['thread', 'traceloop.association.properties.session_id'],
    ['thread', 'ai.settings.context.conversationId'],
    ['thread', 'ai.telemetry.metadata.sessionId'],
    ['thread', 'langsmith.metadata.thread_id'],
    ['thread', 'mastra.metadata.threadId'],
    ['agent', 'gen_ai.agent.id'],
    ['agent', 'gen_ai.agent.name'],
    ['agent', 'agent.name'],
    ['agent', 'agent_name'],
    ['agent', 'graph.node.id'],
    ['agent', 'ai.telemetry.functionId'],
    ['user', 'user.id'],
    ['user', 'ai.settings.context.userId'],
    ['user', 'traceloop.association.properties.user_id'],
    ['org', 'team.id'],
    ['org', 'cost_center'],
    ['tool', 'gen_ai.tool.name'],
    ['tool', 'tool.name'],
    ['tool', 'tool_name'],
    ['tool', 'ai.toolCall.name'],
    ['toolCallId', 'gen_ai.tool.call.id'],
    ['toolCallId', 'tool_use_id'],
    ['toolCallId', 'ai.toolCall.id'],
    ['toolCallId', 'tool_call.id'],
    ['responseId', 'gen_ai.response.id'],
    ['responseId', 'ai.response.id'],
    ['responseId', 'request_id'],
  ] as const)('%s: %s', (meaning, name) => {
    expect(textOf(attributes({ [name]: 'x' }), meaning)).toBe('x');
  });

  it('takes the first that says something', () => {
    const both = { 'gen_ai.provider.name': 'anthropic', 'gen_ai.system': 'openai' };
    expect(textOf(attributes(both), 'provider')).toBe('anthropic');
    expect(textOf(attributes({ ...both, 'gen_ai.provider.name': '' }), 'provider')).toBe('openai');
  });
});

describe('the cost that an emitter gives', () => {
  it.each([
    ['cost_usd_micros', 5535, 5_535_000],
    ['cost_usd_micros', '5535', 5_535_000],
    ['cost_usd', 0.005535, 5_535_000],
    ['gen_ai.usage.cost', '0.005535', 5_535_000],
    ['llm.cost.total', 0.005535, 5_535_000],
    ['operation.cost', 0.005535, 5_535_000],
    ['cost_usd', -1, null],
    ['cost_usd', 'free', null],
  ])('%s of %s', (name, value, nanos) => {
    expect(reportedCostNanos(attributes({ [name]: value }))).toBe(nanos);
  });
});
