import { describe, expect, it } from 'vitest';

import type { DraftOf, EventDraft } from '#organism/event.ts';

import { createSpanBook } from './span-book.ts';
import { noteSpans, spanDrafts } from './span-drafts.ts';
import { kindOfSpan } from './span-kind.ts';
import type { Values } from './testing/spans.ts';
import { attributesOf, span, tracesOf, under } from './testing/spans.ts';
import { readSpans } from './wire.ts';

/** How emitters in use say the same: what each of their spans is, and what it tells. */

function draftsOf(spans: readonly object[]): EventDraft[] {
  const { items } = readSpans(tracesOf(spans));
  const book = createSpanBook();
  noteSpans(items, book);
  return spanDrafts(items, book, true);
}

function of<T extends EventDraft['type']>(drafts: readonly EventDraft[], type: T): DraftOf<T>[] {
  return drafts.filter((draft): draft is DraftOf<T> => draft.type === type);
}

const kindOf = (values: Values): string => {
  const [first] = readSpans(tracesOf([span('1', values)])).items;
  if (first === undefined) throw new Error('the span cannot be read');
  return kindOfSpan(first);
};

describe('what a span is', () => {
  it.each([
    ['model-call', { 'gen_ai.operation.name': 'chat' }],
    ['model-call', { 'gen_ai.operation.name': 'generate_content' }],
    ['model-call', { 'gen_ai.operation.name': 'text_completion' }],
    ['model-call', { 'gen_ai.operation.name': 'embeddings' }],
    ['tool', { 'gen_ai.operation.name': 'execute_tool' }],
    ['agent', { 'gen_ai.operation.name': 'invoke_agent' }],
    ['agent', { 'gen_ai.operation.name': 'create_agent' }],
    ['agent', { 'gen_ai.operation.name': 'invoke_workflow' }],
    ['other', { 'gen_ai.operation.name': 'agent_step' }],
    ['other', { 'gen_ai.operation.name': 'retrieval' }],
    ['other', { 'gen_ai.operation.name': 'plan' }],
    ['other', { 'gen_ai.operation.name': 'search_memory' }],
    ['tool', { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': 'search' }],
    ['other', { 'mcp.method.name': 'tools/list' }],
    ['model-call', { 'openinference.span.kind': 'LLM' }],
    ['model-call', { 'openinference.span.kind': 'EMBEDDING' }],
    ['tool', { 'openinference.span.kind': 'TOOL' }],
    ['agent', { 'openinference.span.kind': 'AGENT' }],
    ['other', { 'openinference.span.kind': 'CHAIN' }],
    ['other', { 'openinference.span.kind': 'RETRIEVER' }],
    ['other', { 'openinference.span.kind': 'RERANKER' }],
    ['other', { 'openinference.span.kind': 'GUARDRAIL' }],
    ['other', { 'openinference.span.kind': 'EVALUATOR' }],
    ['other', { 'openinference.span.kind': 'PROMPT' }],
    ['model-call', { 'langsmith.span.kind': 'llm' }],
    ['tool', { 'langsmith.span.kind': 'tool' }],
    ['tool', { 'traceloop.span.kind': 'tool' }],
    ['agent', { 'traceloop.span.kind': 'agent' }],
    ['agent', { 'traceloop.span.kind': 'workflow' }],
    ['other', { 'traceloop.span.kind': 'task' }],
    ['model-call', { 'llm.request.type': 'chat' }],
    ['model-call', { 'llm.request.type': 'completion' }],
    ['model-call', { 'llm.request.type': 'embedding' }],
    ['model-call', { 'ai.operationId': 'ai.generateText.doGenerate' }],
    ['model-call', { 'ai.operationId': 'ai.streamText.doStream' }],
    ['model-call', { 'ai.operationId': 'ai.generateObject.doGenerate' }],
    ['model-call', { 'ai.operationId': 'ai.embedMany.doEmbed' }],
    ['tool', { 'ai.operationId': 'ai.toolCall' }],
    ['other', { 'ai.operationId': 'ai.streamText' }],
    ['model-call', { 'gen_ai.request.model': 'gpt-5', 'gen_ai.usage.input_tokens': 5 }],
    ['model-call', { 'gen_ai.response.model': 'gpt-5', 'gen_ai.usage.completion_tokens': 5 }],
    ['other', { model_name: 'gpt-5', 'gen_ai.usage.input_tokens': 5 }],
    ['other', { 'gen_ai.request.model': 'gpt-5' }],
    ['tool', { 'gen_ai.tool.name': 'search', 'gen_ai.tool.call.id': 'c1' }],
    ['other', { 'http.request.method': 'POST' }],
  ])('%s: %j', (kind, values) => {
    expect(kindOf(values)).toBe(kind);
  });

  it('bills no sum, whatever it says of tokens', () => {
    const counted = {
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.usage.input_tokens': 50,
      'ai.usage.inputTokens': 50,
      'llm.token_count.prompt': 50,
    };
    for (const mark of [
      { 'gen_ai.operation.name': 'agent_step' },
      { 'gen_ai.operation.name': 'invoke_agent' },
      { 'openinference.span.kind': 'CHAIN' },
      { 'traceloop.span.kind': 'workflow' },
      { 'ai.operationId': 'ai.generateText' },
    ]) {
      expect(of(draftsOf([span('1', { ...mark, ...counted })]), 'usage')).toEqual([]);
    }
  });
});

describe('what a call tells', () => {
  it('the Vercel AI SDK 4', () => {
    const drafts = draftsOf([
      span('1', {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'gpt-5',
        'ai.model.provider': 'openai.chat',
        'ai.telemetry.functionId': 'weather',
        'ai.telemetry.metadata.sessionId': 's1',
        'ai.usage.promptTokens': 50,
        'ai.usage.completionTokens': 5,
        'ai.prompt.messages': '[{"role":"user","content":[{"type":"text","text":"hi"}]}]',
        'ai.response.text': 'hello',
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      {
        agent: 'weather',
        threadId: 's1',
        provider: 'openai',
        model: 'gpt-5',
        tokens: { inputFresh: 50, outputVisible: 5 },
      },
    ]);
    expect(of(drafts, 'message')).toMatchObject([
      { from: 'user', to: 'weather', payload: { role: 'user' } },
      { from: 'weather', to: 'user', payload: 'hello' },
    ]);
  });

  it('the Vercel AI SDK 5: a cache, reasoning, and an answer that calls a tool', () => {
    const drafts = draftsOf([
      span('1', {
        'ai.operationId': 'ai.streamText.doStream',
        'gen_ai.system': 'anthropic.messages',
        'gen_ai.response.model': 'claude-sonnet-4-5',
        'ai.usage.inputTokens': 50,
        'ai.usage.outputTokens': 9,
        'ai.usage.reasoningTokens': 4,
        'ai.usage.cachedInputTokens': 20,
        'ai.response.toolCalls': '[{"toolName":"search"}]',
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      {
        provider: 'anthropic',
        tokens: { inputFresh: 30, cacheRead: 20, outputVisible: 5, reasoning: 4 },
      },
    ]);
    expect(of(drafts, 'message')).toMatchObject([
      { payload: { toolCalls: [{ toolName: 'search' }] } },
    ]);
  });

  it('OpenInference: messages in parts, a graph node as agent, its own cost', () => {
    const drafts = draftsOf([
      span('1', {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-5',
        'llm.system': 'openai',
        'graph.node.id': 'researcher',
        'session.id': 's1',
        'llm.token_count.prompt': 50,
        'llm.token_count.completion': 9,
        'llm.token_count.completion_details.reasoning': 4,
        'llm.cost.total': '0.01',
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages.0.message.content': 'be brief',
        'llm.input_messages.1.message.role': 'user',
        'llm.input_messages.1.message.content': 'hi',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.content': 'hello',
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      { agent: 'researcher', threadId: 's1', reportedCostNanos: 10_000_000 },
    ]);
    expect(of(drafts, 'message').map(({ payload }) => payload)).toEqual([
      { role: 'user', content: 'hi' },
      [{ role: 'assistant', content: 'hello' }],
    ]);
  });

  it('OpenLLMetry: an agent named by its span, messages in parts', () => {
    const drafts = draftsOf([
      span(
        '1',
        {
          'llm.request.type': 'chat',
          'gen_ai.system': 'OpenAI',
          'gen_ai.request.model': 'gpt-5',
          'gen_ai.usage.prompt_tokens': 50,
          'gen_ai.usage.completion_tokens': 5,
          'gen_ai.prompt.0.role': 'user',
          'gen_ai.prompt.0.content': 'hi',
          'gen_ai.completion.0.content': 'hello',
        },
        under('2'),
      ),
      span('2', {
        'traceloop.span.kind': 'agent',
        'traceloop.entity.name': 'researcher',
        'traceloop.association.properties.thread_id': 't1',
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      { agent: 'researcher', threadId: 't1', provider: 'openai' },
    ]);
    expect(of(drafts, 'message').map(({ payload }) => payload)).toEqual([
      { role: 'user', content: 'hi' },
      [{ content: 'hello' }],
    ]);
  });

  it('Mastra: agent, conversation and cache on the call itself', () => {
    const drafts = draftsOf([
      span('1', {
        'gen_ai.operation.name': 'chat',
        'mastra.span.type': 'model_generation',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.agent.id': 'chef',
        'gen_ai.agent.name': 'Chef Agent',
        'gen_ai.conversation.id': 'c1',
        'gen_ai.usage.input_tokens': 50,
        'gen_ai.usage.output_tokens': 9,
        'gen_ai.usage.cache_read.input_tokens': 20,
        'gen_ai.usage.reasoning_tokens': 4,
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      {
        agent: 'chef',
        threadId: 'c1',
        tokens: { inputFresh: 30, cacheRead: 20, outputVisible: 5, reasoning: 4 },
      },
    ]);
  });

  it('Pydantic AI: no operation on its tools, a run that sums up', () => {
    const drafts = draftsOf([
      span(
        '1',
        { 'gen_ai.tool.name': 'search', 'gen_ai.tool.call.id': 'c1', tool_response: 'found' },
        under('2'),
      ),
      span('2', { agent_name: 'finder', model_name: 'gpt-5', 'gen_ai.usage.input_tokens': 50 }),
    ]);
    expect(of(drafts, 'usage')).toEqual([]);
    expect(of(drafts, 'message')).toMatchObject([
      { from: 'finder', to: 'search', payloadType: 'tool_call' },
      { from: 'search', to: 'finder', payload: { result: 'found' } },
    ]);
  });

  it('older conventions: prompt and completion as events of the span', () => {
    const event = (name: string, attribute: string, value: string): object => ({
      name,
      attributes: attributesOf({ [attribute]: value }),
    });
    const drafts = draftsOf([
      span(
        '1',
        { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'openai' },
        {
          events: [
            event('gen_ai.content.prompt', 'gen_ai.prompt', '[{"role":"user","content":"hi"}]'),
            event('gen_ai.content.completion', 'gen_ai.completion', '[{"content":"hello"}]'),
          ],
        },
      ),
    ]);
    expect(of(drafts, 'message').map(({ payload }) => payload)).toEqual([
      { role: 'user', content: 'hi' },
      [{ content: 'hello' }],
    ]);
  });

  it('a team that only the resource names', () => {
    const { items } = readSpans({
      resourceSpans: [
        {
          resource: { attributes: attributesOf({ 'service.name': 'desk', 'team.id': 'eco' }) },
          scopeSpans: [
            { spans: [span('1', { 'gen_ai.operation.name': 'chat', input_tokens: 1 })] },
          ],
        },
      ],
    });
    const book = createSpanBook();
    noteSpans(items, book);
    expect(of(spanDrafts(items, book, true), 'usage')).toMatchObject([{ org: 'eco' }]);
  });

  it('a failure, in the words that say most', () => {
    const exception = { name: 'exception', attributes: attributesOf({ 'exception.message': 'a' }) };
    const failed = (id: string, values: Values, more: object): object =>
      span(id, { 'gen_ai.operation.name': 'chat', ...values }, more);
    const status = { code: 2, message: 'b' };
    const drafts = draftsOf([
      failed('1', { 'error.type': 'c' }, { events: [exception], status }),
      failed('2', { 'error.type': 'c' }, { status }),
      failed('3', { 'error.type': 'c' }, { status: { code: 2 } }),
      failed('4', {}, { status: { code: 2 } }),
    ]);
    expect(of(drafts, 'error').map(({ text }) => text)).toEqual(['a', 'b', 'c', 'span 4 failed']);
  });
});
