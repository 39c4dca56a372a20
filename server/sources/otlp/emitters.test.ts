import { describe, expect, it } from 'vitest';

import type { DraftOf, EventDraft } from '#organism/event.ts';

import { logDrafts } from './log-drafts.ts';
import { createSpanBook } from './span-book.ts';
import { noteSpans, spanDrafts } from './span-drafts.ts';
import type { Values } from './testing/spans.ts';
import { TRACE_ID, attributesOf, span, spanId, tracesOf, under } from './testing/spans.ts';
import { readLogs, readSpans } from './wire.ts';

/** Whole runs as emitters tell of them, with the names their sources use. */

function draftsOf(spans: readonly object[]): EventDraft[] {
  const { items } = readSpans(tracesOf(spans));
  const book = createSpanBook();
  noteSpans(items, book);
  return spanDrafts(items, book, true);
}

function of<T extends EventDraft['type']>(drafts: readonly EventDraft[], type: T): DraftOf<T>[] {
  return drafts.filter((draft): draft is DraftOf<T> => draft.type === type);
}

const payloads = (drafts: readonly EventDraft[]) =>
  of(drafts, 'message').map(({ from, to, payload }) => [from, to, payload]);

describe("Google's ADK", () => {
  const CALL: Values = {
    'gen_ai.system': 'gcp.vertex.agent',
    'gen_ai.request.model': 'gemini-2.5-flash',
    'gcp.vertex.agent.session_id': 's1',
    'gcp.vertex.agent.llm_request': JSON.stringify({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    }),
    'gcp.vertex.agent.llm_response': JSON.stringify({
      content: { role: 'model', parts: [{ text: 'hello' }] },
    }),
    'gen_ai.usage.input_tokens': 50,
    'gen_ai.usage.output_tokens': 9,
  };
  const AGENT = span('9', {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'planner',
    'gen_ai.conversation.id': 's1',
  });

  it('tells calls without an operation, thinking beside the answer, and the session', () => {
    const call = { ...CALL, 'gen_ai.usage.experimental.reasoning_tokens': 4 };
    const drafts = draftsOf([span('1', call, under('9')), AGENT]);
    expect(of(drafts, 'usage')).toMatchObject([
      {
        agent: 'planner',
        threadId: 's1',
        model: 'gemini-2.5-flash',
        tokens: { inputFresh: 50, outputVisible: 9, reasoning: 4 },
      },
    ]);
    expect(payloads(drafts)).toEqual([
      ['user', 'planner', { role: 'user', parts: [{ text: 'hi' }] }],
      ['planner', 'user', { role: 'model', parts: [{ text: 'hello' }] }],
    ]);
  });

  it('bills a call once that the model library tells of too, and thinking inside the answer', () => {
    const inner = {
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.provider.name': 'gcp.gemini',
      'gen_ai.request.model': 'gemini-2.5-flash',
      'gen_ai.usage.input_tokens': 50,
      'gen_ai.usage.output_tokens': 13,
      'gen_ai.usage.reasoning.output_tokens': 4,
    };
    const drafts = draftsOf([span('2', inner, under('1')), span('1', CALL, under('9')), AGENT]);
    expect(of(drafts, 'usage')).toMatchObject([
      { provider: 'gcp.gemini', tokens: { outputVisible: 9, reasoning: 4 } },
    ]);
  });

  it('tells each tool call once, also where its id is not told', () => {
    const tool = (id: string, name: string, result: string) =>
      span(
        id,
        {
          'gen_ai.operation.name': 'execute_tool',
          'gen_ai.tool.name': name,
          'gen_ai.tool.call.id': '<not specified>',
          'gcp.vertex.agent.tool_call_args': '{"city":"Rome"}',
          'gcp.vertex.agent.tool_response': result,
        },
        under('9'),
      );
    const drafts = draftsOf([
      tool('1', 'weather', '{"sky":"blue"}'),
      tool('2', 'weather', '{"sky":"grey"}'),
      tool('3', '(merged tools)', '{}'),
      AGENT,
    ]);
    expect(of(drafts, 'message')).toMatchObject([
      { to: 'weather', payload: { id: null, arguments: { city: 'Rome' } } },
      { from: 'weather', payload: { result: { sky: 'blue' } } },
      { to: 'weather', payload: { arguments: { city: 'Rome' } } },
      { from: 'weather', payload: { result: { sky: 'grey' } } },
    ]);
    expect(new Set(of(drafts, 'message').map(({ key }) => key)).size).toBe(4);
  });

  it('has what a tool gave back as something the user said', () => {
    const contents = [{ role: 'user', parts: [{ function_response: { name: 'weather' } }] }];
    const call = { ...CALL, 'gcp.vertex.agent.llm_request': JSON.stringify({ contents }) };
    expect(of(draftsOf([span('1', call)]), 'message').map(({ from }) => from)).toEqual(['desk']);
  });
});

describe('LangSmith', () => {
  const CALL: Values = {
    'langsmith.span.kind': 'llm',
    'gen_ai.operation.name': 'chat',
    'gen_ai.system': 'langchain',
    'langsmith.metadata.ls_provider': 'anthropic',
    'langsmith.metadata.ls_model_name': 'claude-sonnet-4-5',
    'langsmith.metadata.thread_id': 't1',
    'langsmith.trace.session_name': 'default',
    'gen_ai.prompt': JSON.stringify({
      messages: [[{ type: 'constructor', kwargs: { content: 'hi', type: 'human' } }]],
    }),
    'gen_ai.completion': JSON.stringify({ generations: [] }),
  };

  it('has the parts of counts as JSON', () => {
    const drafts = draftsOf([
      span('1', {
        ...CALL,
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 10,
        'gen_ai.usage.input_token_details': '{"cache_read":40,"cache_creation":20}',
        'gen_ai.usage.output_token_details': '{"reasoning":3}',
      }),
    ]);
    const tokens = {
      inputFresh: 40,
      cacheRead: 40,
      cacheWrite: 20,
      outputVisible: 7,
      reasoning: 3,
    };
    expect(of(drafts, 'usage')).toMatchObject([
      { provider: 'anthropic', model: 'claude-sonnet-4-5', threadId: 't1', tokens },
    ]);
    expect(payloads(drafts)).toMatchObject([
      ['user', 'desk', { kwargs: { content: 'hi' } }],
      ['desk', 'user', { generations: [] }],
    ]);
  });

  it('has all counts in one attribute', () => {
    const usage = { input_tokens: 100, output_tokens: 10, input_token_details: { cache_read: 40 } };
    const [told] = of(
      draftsOf([span('1', { ...CALL, 'langsmith.usage_metadata': JSON.stringify(usage) })]),
      'usage',
    );
    expect(told?.tokens).toMatchObject({ inputFresh: 60, cacheRead: 40, outputVisible: 10 });
  });

  it.each([
    ['chain', 'chain'],
    ['prompt', 'chat'],
    ['retriever', 'embeddings'],
  ])('has spans that are no calls, whatever their operation: %s', (kind, operation) => {
    const values = {
      ...CALL,
      'langsmith.span.kind': kind,
      'gen_ai.operation.name': operation,
      'gen_ai.usage.input_tokens': 100,
    };
    expect(draftsOf([span('1', values)])).toEqual([]);
  });
});

describe('Pydantic AI', () => {
  it('of now: an agent, its conversation, sums by another name, the cost', () => {
    const drafts = draftsOf([
      span(
        '1',
        {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.request.model': 'gpt-5',
          'gen_ai.response.model': 'gpt-5-2025-08-07',
          'gen_ai.usage.input_tokens': 50,
          'gen_ai.usage.output_tokens': 9,
          'gen_ai.usage.details.cache_read_tokens': 20,
          'gen_ai.usage.details.reasoning_tokens': 4,
          'operation.cost': '0.0125',
          'gen_ai.input.messages': JSON.stringify([
            { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
          ]),
        },
        under('9'),
      ),
      span('9', {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': 'finder',
        agent_name: 'finder',
        model_name: 'gpt-5',
        'gen_ai.conversation.id': 'c1',
        'gen_ai.aggregated_usage.input_tokens': 50,
        'gen_ai.aggregated_usage.output_tokens': 9,
      }),
    ]);
    expect(of(drafts, 'usage')).toMatchObject([
      {
        agent: 'finder',
        threadId: 'c1',
        model: 'gpt-5-2025-08-07',
        provider: 'openai',
        tokens: { inputFresh: 30, cacheRead: 20, outputVisible: 5, reasoning: 4 },
        reportedCostNanos: 12_500_000,
      },
    ]);
  });

  it('of before: the conversation as events in one attribute', () => {
    const events = [
      { 'event.name': 'gen_ai.system.message', role: 'system', content: 'be brief' },
      { 'event.name': 'gen_ai.user.message', role: 'user', content: 'hi' },
      { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'hello' } },
    ];
    const drafts = draftsOf([
      span('1', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.usage.input_tokens': 5,
        events: JSON.stringify(events),
      }),
    ]);
    expect(payloads(drafts)).toMatchObject([
      ['user', 'desk', { content: 'hi' }],
      ['desk', 'user', { content: 'hello' }],
    ]);
  });
});

describe('conventions before 1.37: a log record for each message', () => {
  const record = (name: string, body: Values, id: string) => ({
    timeUnixNano: '1795228149535000000',
    eventName: name,
    traceId: TRACE_ID,
    spanId: spanId(id),
    body: { kvlistValue: { values: attributesOf(body) } },
    attributes: attributesOf({ 'gen_ai.system': 'openai' }),
  });

  it('tells what was said once, though every call repeats it, and each answer', () => {
    const first = { content: 'hi', role: 'user' };
    const logRecords = [
      record('gen_ai.user.message', first, '1'),
      record('gen_ai.choice', { index: 0, finish_reason: 'stop' }, '1'),
      record('gen_ai.user.message', first, '2'),
      record('gen_ai.user.message', { content: 'and now?', role: 'user' }, '2'),
      record('gen_ai.choice', { index: 0, finish_reason: 'stop' }, '2'),
      record('gen_ai.choice', { index: 1, finish_reason: 'stop' }, '2'),
    ];
    const resource = { attributes: attributesOf({ 'service.name': 'desk' }) };
    const { items } = readLogs({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
    const messages = of(
      items.flatMap((log) => logDrafts(log) ?? []),
      'message',
    );
    expect(messages.map(({ from, to }) => `${from} to ${to}`)).toEqual([
      'user to desk',
      'desk to user',
      'user to desk',
      'user to desk',
      'desk to user',
      'desk to user',
    ]);
    expect(new Set(messages.map(({ key }) => key)).size).toBe(5);
  });
});
