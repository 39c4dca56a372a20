import { existsSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createRandom } from '#lab/agentserver/random.ts';
import { createAgentsStory } from '#lab/openai-agents/story.ts';
import type { EventOf, EventType } from '#organism/event.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

const SAMPLE = new URL(
  '../../../../shared/samples/openai-agents/openai-agents-traces-ingest.json',
  import.meta.url,
);

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

const send = (body: string) =>
  kit.request('POST', '/v1/traces/ingest', {
    body,
    headers: { 'content-type': 'application/json', 'openai-beta': 'traces=v1' },
  });

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 1000 });
  return events.filter((event): event is EventOf<T> => event.type === type);
}

const TRACE = {
  object: 'trace',
  id: 'trace_1',
  workflow_name: 'W',
  group_id: 'g1',
  metadata: { user: 'u1' },
};
const span = (id: string, parent: string | null, data: object, more: object = {}): object => ({
  object: 'trace.span',
  id,
  trace_id: 'trace_1',
  parent_id: parent,
  started_at: '2026-11-21T02:34:08.000Z',
  ended_at: '2026-11-21T02:34:08.500Z',
  span_data: data,
  error: null,
  ...more,
});
const counted = (input: number, output: number) => ({ input_tokens: input, output_tokens: output });
const turn = (usage: object) => ({
  type: 'custom',
  name: 'turn',
  data: { sdk_span_type: 'turn', usage },
});

describe('OpenAI Agents', () => {
  it('bills a call, and neither the turn nor the task that sum it up', async () => {
    const data = [
      TRACE,
      span('agent', 'task', { type: 'agent', name: 'Weather' }),
      span('turn', 'agent', turn(counted(120, 30))),
      span('call', 'turn', {
        type: 'generation',
        model: 'gpt-5',
        usage: { ...counted(120, 30), details: { cached_tokens: 100, reasoning_tokens: 10 } },
      }),
      span('task', null, {
        type: 'custom',
        data: { sdk_span_type: 'task', usage: counted(120, 30) },
      }),
    ];
    for (let times = 0; times < 2; times += 1) {
      expect((await send(JSON.stringify({ data }))).status).toBe(204);
    }
    expect(await storedOf('usage')).toMatchObject([
      {
        agent: 'Weather',
        threadId: 'g1',
        model: 'gpt-5',
        user: 'u1',
        tokens: { inputFresh: 20, cacheRead: 100, outputVisible: 20, reasoning: 10 },
        latencyMs: 500,
      },
    ]);
  });

  it.each([
    ['in one body', [['call', 'between', 'turn']]],
    ['in three', [['call'], ['between'], ['turn']]],
    ['the middle first', [['between'], ['call', 'turn']]],
  ])('finds the turn above a call through the span between, sent %s', async (_how, bodies) => {
    const spans = new Map([
      ['call', span('call', 'between', { type: 'generation', usage: counted(120, 30) })],
      ['between', span('between', 'turn', { type: 'custom', name: 'retry' })],
      ['turn', span('turn', null, turn(counted(120, 30)))],
    ]);
    await send(JSON.stringify({ data: [TRACE] }));
    for (const ids of bodies) {
      await send(JSON.stringify({ data: ids.map((id) => spans.get(id)) }));
    }
    expect((await storedOf('usage')).map(({ id }) => id)).toEqual(['call']);
  });

  it('bills a turn that came before its call once, and no call of it again', async () => {
    const call = span('call', 'turn', { type: 'generation', usage: counted(120, 30) });
    const ends = span('turn', null, turn(counted(120, 30)));
    for (const data of [[TRACE], [ends], [call], [ends, call]]) {
      await send(JSON.stringify({ data }));
    }
    expect((await storedOf('usage')).map(({ id }) => id)).toEqual(['turn']);
  });

  it('reads the counts of models behind Chat Completions', async () => {
    const usage = {
      prompt_tokens: 120,
      completion_tokens: 30,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens_details: { reasoning_tokens: 10 },
    };
    await send(JSON.stringify({ data: [TRACE, span('c', null, { type: 'generation', usage })] }));
    expect((await storedOf('usage'))[0]?.tokens).toEqual({
      inputFresh: 20,
      cacheRead: 100,
      cacheWrite: 0,
      outputVisible: 20,
      reasoning: 10,
    });
  });

  it('makes an agent that is a tool a child, and says when each has ended', async () => {
    const data = [
      TRACE,
      span('inner', 'tool', { type: 'agent', name: 'Scout' }),
      span('tool', 'outer', { type: 'function', name: 'ask_scout' }),
      span('outer', null, { type: 'agent', name: 'Planner' }),
    ];
    await send(JSON.stringify({ data }));
    const agents = kit.organisms.get('openai-agents')?.agents;
    expect(agents?.get('Scout')).toMatchObject({ parent: 'Planner', state: 'idle' });
    expect(agents?.get('Planner')).toMatchObject({ parent: null, state: 'idle' });
  });

  it('counts a failure once, at the deepest span', async () => {
    const failed = { error: { message: 'boom', data: {} } };
    const data = [
      TRACE,
      span('tool', 'agent', { type: 'function', name: 'get_weather' }, failed),
      span('agent', 'task', { type: 'agent', name: 'Weather' }, failed),
      span('task', null, { type: 'custom', data: { sdk_span_type: 'task' } }, failed),
    ];
    await send(JSON.stringify({ data }));
    expect((await storedOf('error')).map(({ key }) => key)).toEqual(['error:tool']);
  });

  it('keeps kinds of spans that nobody knows, and the tools that a server offers', async () => {
    const data = [
      TRACE,
      span('a', null, { type: 'mcp_tools', server: 'files', result: ['read', 'write'] }),
      span('b', null, { type: 'speech', model: 'tts-1' }),
    ];
    await send(JSON.stringify({ data }));
    expect(await storedOf('message')).toMatchObject([
      { to: 'files' },
      { from: 'files', payload: { result: ['read', 'write'] } },
    ]);
    expect((await storedOf('raw')).map(({ name }) => name)).toContain('speech');
  });

  it('tells of tools, handoffs, guardrails and failures', async () => {
    const failed = { error: { message: 'Tool failed', data: {} } };
    const data = [
      TRACE,
      span(
        'tool',
        null,
        { type: 'function', name: 'get_weather', input: '{}', output: '21C' },
        failed,
      ),
      span('hand', null, { type: 'handoff', from_agent: 'Weather', to_agent: 'Trains' }),
      span('guard', null, { type: 'guardrail', name: 'jailbreak', triggered: true }),
      { object: 'trace.span' },
    ];
    await send(JSON.stringify({ data }));
    const messages = await storedOf('message');
    expect(messages.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'agent → get_weather',
      'get_weather → agent',
      'Weather → Trains',
    ]);
    expect((await storedOf('error')).map(({ text }) => text)).toEqual([
      'Tool failed',
      'Guardrail jailbreak triggered',
    ]);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 1 }]);
  });

  it('reads every workflow of the lab: one call billed, one handoff, nothing refused', async () => {
    const story = createAgentsStory(createRandom(7));
    const data = Array.from({ length: 40 }, () => story.nextTrace(Date.now())).flat();
    await send(JSON.stringify({ data }));
    expect(await storedOf('usage')).toHaveLength(40);
    const messages = await storedOf('message');
    expect(messages.filter(({ payloadType }) => payloadType === 'handoff')).toHaveLength(40);
    expect(await storedOf('error')).not.toEqual([]);
    const agents = (await storedOf('agent')).map(({ agent }) => agent);
    expect(agents).not.toContain('agent');
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('refuses what is no body of its exporter', async () => {
    expect((await send('{"data":')).status).toBe(400);
    expect((await send('[]')).status).toBe(400);
  });

  it.skipIf(!existsSync(SAMPLE))('the recorded body: two turns billed, the task not', async () => {
    const body = readFileSync(SAMPLE, 'utf8');
    await send(body);
    await send(body);
    const calls = await storedOf('usage');
    expect(calls.map(({ agent, threadId, tokens }) => ({ agent, threadId, ...tokens }))).toEqual([
      {
        agent: 'Weather',
        threadId: 'conv_42',
        inputFresh: 20,
        cacheRead: 100,
        cacheWrite: 0,
        outputVisible: 30,
        reasoning: 0,
      },
      {
        agent: 'Weather',
        threadId: 'conv_42',
        inputFresh: 150,
        cacheRead: 0,
        cacheWrite: 0,
        outputVisible: 10,
        reasoning: 0,
      },
    ]);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });
});
