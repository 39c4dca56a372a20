import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EventOf, EventType } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';
import { Problem } from '#server/api/problem.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

const SAMPLES = new URL('../../../../shared/samples/otlp/', import.meta.url);
const JSON_TYPE = 'application/json; charset=utf-8';
const PROTOBUF = 'application/x-protobuf';
const TRACES = '/v1/traces';
const START = 1_795_228_149_535_000_000n;

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

type Value = string | number | boolean;
const any = (value: Value) =>
  typeof value === 'string'
    ? { stringValue: value }
    : typeof value === 'boolean'
      ? { boolValue: value }
      : { intValue: value };
const attributesOf = (values: Readonly<Record<string, Value>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: any(value) }));

function span(spanId: string, values: Record<string, Value>, more: object = {}): object {
  return {
    traceId: 'AABBCCDDEEFF00112233445566778899',
    spanId,
    name: spanId,
    startTimeUnixNano: String(START),
    endTimeUnixNano: String(START + 2_000_000n),
    attributes: attributesOf(values),
    ...more,
  };
}

const under = (id: number): object => ({ parentSpanId: `000000000000000${id}` });

function chat(spanId: string, values: Record<string, Value> = {}, more: object = {}): object {
  const named = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' };
  const counted = { 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
  const model = { 'gen_ai.request.model': 'gpt-5' };
  return span(spanId, { ...named, ...model, ...counted, ...values }, more);
}

const traces = (spans: readonly object[], service = 'desk') => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': service }) },
      scopeSpans: [{ scope: { name: 'test' }, spans }],
    },
  ],
});

const send = (body: unknown, path = TRACES, headers: Record<string, string> = {}) =>
  kit.request('POST', path, {
    body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    headers: { 'content-type': JSON_TYPE, ...headers },
  });

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 5000 });
  return events.filter((event): event is EventOf<T> => event.type === type);
}

async function reject(): Promise<number> {
  return (await kit.store.sourceCounts()).reduce((sum, counts) => sum + counts.rejected, 0);
}

describe('OTLP: how requests are answered', () => {
  it('says 200 and nothing more for a request without records', async () => {
    for (const body of [{}, { resourceSpans: [] }]) {
      const { status, body: answer } = await send(body);
      expect([status, answer]).toEqual([200, {}]);
    }
    const empty = await send(new Uint8Array(), TRACES, { 'content-type': PROTOBUF });
    expect([empty.status, empty.text, empty.headers.get('content-type')]).toEqual([
      200,
      '',
      PROTOBUF,
    ]);
  });

  it('takes gzip, and refuses what unpacks to too much', async () => {
    const packed = await send(
      gzipSync(JSON.stringify(traces([chat('0000000000000001')]))),
      TRACES,
      {
        'content-encoding': 'gzip',
      },
    );
    expect(packed.status).toBe(200);
    expect(await storedOf('usage')).toHaveLength(1);
    const bomb = await send(gzipSync(Buffer.alloc((64 << 20) + 1)), TRACES, {
      'content-encoding': 'gzip',
    });
    expect(bomb.status).toBe(413);
  });

  it.each([
    [JSON_TYPE, Buffer.from('{"resourceSpans":'), 400],
    [PROTOBUF, Buffer.from([0x0a, 0xff, 0xff]), 400],
    ['text/plain', Buffer.from('hello'), 415],
  ])('refuses broken %s for good', async (type, body, expected) => {
    const { status, headers } = await send(body, TRACES, { 'content-type': type });
    expect(status).toBe(expected);
    const said = type === PROTOBUF ? PROTOBUF : 'application/json';
    expect(headers.get('content-type')).toBe(said);
  });

  it('tells an exporter to come again when the store cannot take it', async () => {
    kit.refusal = new Problem('disk-full', 'no room');
    const { status } = await send(traces([chat('0000000000000001')]));
    expect(status).toBe(503);
  });

  it('takes the good records of a request and counts the bad', async () => {
    const { status, body } = await send(
      traces([chat('0000000000000001'), span('', {}), span('zz', {})]),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ partialSuccess: { rejectedSpans: '2' } });
    expect([await reject(), (await storedOf('usage')).length]).toEqual([2, 1]);
  });
});

describe('OTLP: what spans become', () => {
  it('bills model calls only, once, however often they come', async () => {
    const root = span('00000000000000aa', {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'planner',
      'gen_ai.usage.input_tokens': 200,
      'gen_ai.usage.output_tokens': 20,
    });
    const child = { parentSpanId: '00000000000000aa' };
    const spans = [chat('0000000000000001', {}, child), chat('0000000000000002', {}, child), root];
    await send(traces(spans));
    await send(traces(spans));
    const calls = await storedOf('usage');
    expect(calls.map(({ agent, tokens }) => [agent, totalTokens(tokens)])).toEqual([
      ['planner', 110],
      ['planner', 110],
    ]);
    expect(await reject()).toBe(0);
  });

  it('is the same in two halves with overlap', async () => {
    const child = { parentSpanId: '00000000000000aa' };
    const spans = [
      chat('0000000000000001', {}, child),
      chat('0000000000000002', {}, child),
      span('00000000000000aa', { 'gen_ai.operation.name': 'invoke_agent' }),
    ];
    await send(traces(spans.slice(0, 2)));
    await send(traces(spans.slice(1)));
    expect(await storedOf('usage')).toHaveLength(2);
    expect(await reject()).toBe(0);
  });

  it('keeps agents and threads of one name in two services apart', async () => {
    const named = { 'gen_ai.agent.name': 'planner', 'gen_ai.conversation.id': 'c1' };
    await send(traces([chat('0000000000000001', named)], 'desk'));
    await send(traces([chat('0000000000000002', named)], 'shop'));
    for (const organism of ['desk', 'shop']) {
      expect(kit.organisms.get(organism)?.agents.get('planner')?.isListed).toBe(true);
      expect(kit.organisms.get(organism)?.threads.get('c1')?.createdAt).not.toBeNull();
    }
    expect(await storedOf('thread_created')).toHaveLength(2);
  });

  it('keeps the cache apart, inside the input or beside it', async () => {
    const cached = { 'gen_ai.usage.cache_read.input_tokens': 60 };
    const written = { 'gen_ai.usage.cache_write.input_tokens': 30 };
    const beside = { 'gen_ai.usage.cache_read.input_tokens': 900 };
    const thought = { 'gen_ai.usage.reasoning.output_tokens': 4 };
    await send(
      traces([
        chat('0000000000000001', { ...cached, ...written, ...thought }),
        chat('0000000000000002', beside),
      ]),
    );
    const [inside, outside] = await storedOf('usage');
    expect(inside?.tokens).toEqual({
      inputFresh: 10,
      cacheRead: 60,
      cacheWrite: 30,
      outputVisible: 6,
      reasoning: 4,
    });
    expect(outside?.tokens).toMatchObject({ inputFresh: 100, cacheRead: 900 });
  });

  it('counts one failure once, at the deepest span', async () => {
    const failed = { status: { code: 2, message: 'Rate limit reached' } };
    await send(
      traces([
        chat('0000000000000001', {}, { parentSpanId: '0000000000000002', ...failed }),
        span('0000000000000002', {}, { parentSpanId: '0000000000000003', ...failed }),
        span('0000000000000003', { 'gen_ai.operation.name': 'invoke_agent' }, failed),
      ]),
    );
    expect(await storedOf('error')).toMatchObject([{ text: 'Rate limit reached' }]);
  });

  it('tells of a call whose HTTP request failed, and of no agent above it', async () => {
    const failed = { status: { code: 2, message: 'connection reset' } };
    const spans = [
      span('0000000000000001', { 'http.request.method': 'POST' }, { ...under(2), ...failed }),
      chat('0000000000000002', {}, { ...under(3), ...failed }),
      span('0000000000000003', { 'gen_ai.operation.name': 'agent_step' }, under(4)),
      span('0000000000000004', { 'gen_ai.operation.name': 'invoke_agent' }, failed),
    ];
    for (const sent of spans) await send(traces([sent]));
    expect(await storedOf('error')).toMatchObject([
      { key: 'error:aabbccddeeff00112233445566778899:0000000000000002' },
    ]);
  });

  it('knows a failure by its type or its exception where no status is set', async () => {
    const exception = [
      { name: 'exception', attributes: attributesOf({ 'exception.message': 'x' }) },
    ];
    await send(
      traces([
        chat('0000000000000001', { 'error.type': 'timeout' }),
        chat('0000000000000002', {}, { events: exception }),
        chat('0000000000000003', {}, { events: exception, status: { code: 1 } }),
      ]),
    );
    expect((await storedOf('error')).map(({ text }) => text)).toEqual(['timeout', 'x']);
  });

  it('takes a tool call that agent and MCP client both tell of once', async () => {
    const call = { 'gen_ai.tool.name': 'search', 'gen_ai.tool.call.id': 'c1' };
    await send(
      traces([
        span('0000000000000001', { ...call, 'mcp.method.name': 'tools/call' }, under(2)),
        span('0000000000000002', { ...call, 'gen_ai.operation.name': 'execute_tool' }),
      ]),
    );
    expect((await storedOf('message')).map(({ payloadType }) => payloadType)).toEqual([
      'tool_call',
      'tool_result',
    ]);
  });

  it('keeps metrics of every shape, also without a value', async () => {
    const timeUnixNano = String(START);
    const metric = (name: string, data: object): object => ({ name, ...data });
    const histogram = { dataPoints: [{ timeUnixNano, count: '3' }] };
    const exponential = { dataPoints: [{ timeUnixNano, count: '3', sum: 12 }] };
    const metrics = [
      metric('gen_ai.client.token.usage', { histogram }),
      metric('gen_ai.client.inference.usage.input_tokens', { exponentialHistogram: exponential }),
      metric('codex.turn.token_usage', { gauge: { dataPoints: [{ timeUnixNano, asInt: '7' }] } }),
      metric('http.server.duration', { histogram }),
    ];
    const { body } = await send(
      { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] },
      '/v1/metrics',
    );
    expect(body).toEqual({});
    const kept = (await storedOf('raw')).map(({ payload }) => payload);
    expect(kept).toMatchObject([{ value: null }, { value: 12 }, { value: 7 }]);
  });

  it.each([
    [
      'OpenInference',
      {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-5',
        'llm.provider': 'openai',
        'llm.token_count.prompt': 50,
        'llm.token_count.completion': 5,
        'llm.token_count.prompt_details.cache_read': 20,
        'session.id': 's9',
      },
    ],
    [
      'OpenLLMetry',
      {
        'llm.request.type': 'chat',
        'gen_ai.system': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.usage.prompt_tokens': 50,
        'gen_ai.usage.completion_tokens': 5,
        'gen_ai.usage.cache_read_input_tokens': 20,
        'traceloop.association.properties.session_id': 's9',
      },
    ],
    [
      'the older Vercel AI SDK',
      {
        'ai.operationId': 'ai.generateText.doGenerate',
        'ai.model.id': 'gpt-5',
        'ai.model.provider': 'openai',
        'ai.usage.promptTokens': 50,
        'ai.usage.completionTokens': 5,
        'ai.usage.cachedInputTokens': 20,
        'ai.settings.context.conversationId': 's9',
      },
    ],
  ])('reads %s', async (_name, values) => {
    await send(traces([span('0000000000000001', values)]));
    expect(await storedOf('usage')).toMatchObject([
      {
        model: 'gpt-5',
        threadId: 's9',
        tokens: { inputFresh: 30, cacheRead: 20, outputVisible: 5 },
      },
    ]);
  });

  it('prices what the Vercel AI SDK says is kept in the cache for an hour as such', async () => {
    const usage = { cache_creation: { ephemeral_1h_input_tokens: 300 } };
    const call = (metadata: string) => ({
      'ai.operationId': 'ai.generateText.doGenerate',
      'ai.model.id': 'claude-opus-4-5',
      'ai.model.provider': 'anthropic',
      'ai.usage.inputTokens': 1000,
      'ai.usage.outputTokens': 0,
      'ai.usage.inputTokenDetails.cacheWriteTokens': 1000,
      'ai.response.providerMetadata': metadata,
    });
    await send(
      traces([
        span('0000000000000001', call(JSON.stringify({ anthropic: { usage } }))),
        span('0000000000000002', call('{"anthropic": ephemeral_1h')),
      ]),
    );
    expect((await storedOf('usage')).map(({ costNanos }) => costNanos)).toEqual([
      700 * 6250 + 300 * 10_000,
      1000 * 6250,
    ]);
  });

  it('does not bill what only sums up: steps, chains, outer calls', async () => {
    const counted = { 'ai.usage.promptTokens': 50, 'ai.usage.completionTokens': 5 };
    await send(
      traces([
        span('0000000000000001', { 'ai.operationId': 'ai.generateText', ...counted }),
        span('0000000000000002', { 'openinference.span.kind': 'CHAIN', ...counted }),
        span('0000000000000003', { 'gen_ai.operation.name': 'agent_step', ...counted }),
      ]),
    );
    expect(await storedOf('usage')).toEqual([]);
  });

  it('survives hostile shapes', async () => {
    const odd = traces([
      chat('0000000000000001', { 'gen_ai.usage.input_tokens': -5 }),
      { ...chat('0000000000000002'), attributes: 'none' },
      { ...chat('0000000000000003'), parentSpanId: '0000000000000003' },
      null as unknown as object,
    ]);
    const { status } = await send(odd);
    expect(status).toBe(200);
    expect(await storedOf('usage')).not.toEqual([]);
  });
});

describe.skipIf(!existsSync(SAMPLES))('OTLP: the recorded samples', () => {
  const read = (name: string): Buffer => readFileSync(new URL(name, SAMPLES));
  const post = async (name: string, path: string): Promise<void> => {
    const type = name.endsWith('.pb') ? PROTOBUF : 'application/json';
    const { status } = await kit.request('POST', path, {
      body: new Uint8Array(read(name)),
      headers: { 'content-type': type },
    });
    expect(status).toBe(200);
  };

  it.each(['otlp-ai-sdk.json', 'otlp-ai-sdk.pb'])('%s: three calls, one error', async (name) => {
    await post(name, TRACES);
    await post(name, TRACES);
    const calls = await storedOf('usage');
    expect(
      calls.map(({ agent, model, tokens, threadId }) => ({ agent, model, tokens, threadId })),
    ).toEqual([
      {
        agent: 'weather-agent',
        model: 'gpt-5-2025-08-07',
        threadId: 'conv_42',
        tokens: {
          inputFresh: 100,
          cacheRead: 1000,
          cacheWrite: 100,
          outputVisible: 40,
          reasoning: 40,
        },
      },
      {
        agent: 'weather-agent',
        model: 'gpt-5-2025-08-07',
        threadId: 'conv_42',
        tokens: {
          inputFresh: 200,
          cacheRead: 1200,
          cacheWrite: 0,
          outputVisible: 30,
          reasoning: 0,
        },
      },
      {
        agent: 'greeter',
        model: 'claude-sonnet-4-5-20250929',
        threadId: 'conv_42',
        tokens: { inputFresh: 50, cacheRead: 0, cacheWrite: 250, outputVisible: 12, reasoning: 0 },
      },
    ]);
    expect(await storedOf('error')).toMatchObject([
      { agent: 'failing', text: 'Rate limit reached' },
    ]);
    expect(await reject()).toBe(0);
  });

  it('JSON and protobuf come to the same events', async () => {
    await post('otlp-ai-sdk.json', TRACES);
    const before = await kit.store.readEvents({ since: 0, limit: 1000 });
    await post('otlp-ai-sdk.pb', TRACES);
    expect(await kit.store.readEvents({ since: 0, limit: 1000 })).toEqual(before);
    expect(await reject()).toBe(0);
  });

  it.each([
    ['logs', 'traces', 'metrics'],
    ['metrics', 'traces', 'logs'],
  ] as const)('Claude Code, %s first: each call billed once', async (...signals) => {
    for (const signal of signals) await post(`otlp-claude-code-${signal}.json`, `/v1/${signal}`);
    const calls = await storedOf('usage');
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatchObject({
      source: 'claude-code',
      provider: 'anthropic',
      model: 'claude-sonnet-4-5',
      org: 'eco',
      tokens: { inputFresh: 120, cacheRead: 4000, cacheWrite: 900, outputVisible: 40 },
      reportedCostNanos: 5_535_000,
      costNanos: 5_535_000,
    });
    const tools = (await storedOf('message')).filter(({ to }) => to === 'Bash');
    expect(tools).toHaveLength(1);
    expect(await storedOf('error')).toEqual([]);
    expect(await reject()).toBe(0);
  });
});
