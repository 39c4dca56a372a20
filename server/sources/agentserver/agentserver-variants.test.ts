import { afterEach, describe, expect, test } from 'vitest';

import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import type { FakeAnswer, FakeRequest } from './testing/fake-upstream.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { FAST } from './testing/fast.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** What an AgentServer of any build says by REST; its socket admits nobody. Lists are newest first. */
interface World {
  readonly organism: Readonly<Record<string, unknown>>;
  readonly agents: readonly object[];
  readonly threads: readonly object[];
  readonly messages: readonly object[];
  readonly calls: readonly object[];
}

const EMPTY: World = {
  organism: { name: 'unknown', status: 'running', uptimeSeconds: 60 },
  agents: [],
  threads: [],
  messages: [],
  calls: [],
};

function answerOf(world: World, { path, query }: FakeRequest): FakeAnswer {
  const page = (name: string, rows: readonly object[]): FakeAnswer => {
    const offset = Number(query.get('offset') ?? 0);
    const shown = rows.slice(offset, offset + Number(query.get('limit') ?? 50));
    return { body: { [name]: shown, count: shown.length, total: rows.length, offset } };
  };
  switch (path) {
    case '/organism':
      return { body: world.organism };
    case '/agents':
      return page('agents', world.agents);
    case '/threads':
      return page('threads', world.threads);
    case '/messages':
      return page('messages', world.messages);
    case '/usage/history':
      return page('events', world.calls);
    case '/usage/threads':
      return { body: { threads: [] } };
    default:
      return { status: 404, body: { detail: 'Not Found' } };
  }
}

async function watch(world: Partial<World>) {
  const current = { world: { ...EMPTY, ...world } };
  const upstream = await startFakeUpstream({
    answer: (request) => answerOf(current.world, request),
    admit: () => 403,
  });
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'any', url: upstream.url, organismId: 'any', intervals: FAST },
    recorder.deps,
  );
  stops.push(
    () => upstream.stop(),
    () => source.stop(),
  );
  await source.start();
  return {
    recorder,
    become: (next: Partial<World>) => {
      current.world = { ...EMPTY, ...next };
    },
  };
}

const AT = Date.UTC(2026, 10, 21, 3);
const time = (second: number) => new Date(AT + second * 1000).toISOString();
const message = (instance: string, slot: number, more: object = {}) => ({
  id: `${instance}-${slot}`,
  threadId: 't',
  from: 'a',
  to: 'b',
  payloadType: 'P',
  payload: {},
  timestamp: time(slot),
  slotIndex: slot,
  ...more,
});
const call = (id: number, second: number, more: object = {}) => ({
  id,
  timestamp: time(second),
  model: 'm',
  provider: 'p',
  promptTokens: 1,
  completionTokens: 1,
  ...more,
});
const upTo = (last: number) => Array.from({ length: last }, (_, n) => last - n);
const ids = (recorder: Recorder) => recorder.of('message').map(({ id }) => id);

describe('an AgentServer of another build', () => {
  test('may leave out what is optional, add what nobody knows, and speak any language', async () => {
    const { recorder } = await watch({
      organism: { name: 'Gärtnerei 🌱', status: 'dreaming', uptime_seconds: 9, mood: ['calm'] },
      agents: [{ name: 'Übersetzer/日本語', future: { a: 1 } }, { name: ' ' }],
      threads: [{ id: 'fil-é', status: 'paused_by_moon', tags: [1] }],
      messages: [{ id: 'm-1', thread_id: 'fil-é', timestamp: time(1), priority: 9 }],
      calls: [{ id: 1, timestamp: time(1), prompt_tokens: 3, completion_tokens: 4, tier: 'x' }],
    });
    await recorder.until('all of it', () => {
      const types = new Set(recorder.drafts.map(({ type }) => type));
      return ['organism', 'agent', 'thread_updated', 'message', 'usage'].every((type) =>
        types.has(type as 'agent'),
      );
    });
    expect(recorder.of('organism')[0]).toMatchObject({ name: 'Gärtnerei 🌱', status: 'dreaming' });
    expect(recorder.of('agent').map(({ agent }) => agent)).toEqual(['Übersetzer/日本語', ' ']);
    expect(recorder.of('thread_updated')[0]).toMatchObject({ status: 'paused_by_moon' });
    expect(recorder.of('message')[0]).toMatchObject({ from: '', to: '', payload: {} });
    expect(recorder.of('usage')[0]).toMatchObject({
      model: '',
      threadId: null,
      reportedCostNanos: null,
      tokens: { inputFresh: 3, outputVisible: 4 },
    });
    expect(recorder.rejects).toEqual([]);
    expect(recorder.counts.rejected).toBe(0);
  });

  test('numbers out of range cost their row, or their field, and never their neighbours', async () => {
    const { recorder } = await watch({
      organism: { ...EMPTY.organism, totalMessages: -1, activeThreads: 1e300 },
      messages: [
        message('m', 3),
        message('m', 2, { timestamp: '2026-02-30T00:00:00Z' }),
        message('m', 1, { slotIndex: 1e20 }),
      ],
      calls: [
        call(5, 5),
        call(4, 4, { promptTokens: 1e13 }),
        call(3, 3, { completionTokens: -1 }),
        call(2, 2, { latencyMs: -5, estimatedCost: -1 }),
        call(1, 1, { id: 1.5 }),
      ],
    });
    await recorder.until('what is good', () => {
      return recorder.of('usage').length >= 2 && recorder.of('message').length >= 2;
    });
    expect(ids(recorder).toSorted()).toEqual(['m-1', 'm-3']);
    expect(recorder.of('usage').map(({ id }) => id)).toEqual(['2', '5']);
    expect(recorder.of('usage')[0]).toMatchObject({ latencyMs: null, reportedCostNanos: null });
    expect(recorder.rejects.map(({ detail }) => detail).toSorted()).toEqual([
      expect.stringContaining('message.timestamp: expected an ISO 8601 time'),
      expect.stringContaining('usage.id: expected an integer'),
    ]);
    const { received, accepted, duplicate, rejected } = recorder.counts;
    expect(accepted + duplicate + rejected).toBe(received);
  });
});

test.for([
  ['younger', 5],
  ['older', 90_000],
])('%s instance at the same address is read from its start', async ([, uptimeSeconds]) => {
  const { recorder, become } = await watch({
    agents: [{ name: 'gone' }],
    messages: upTo(300).map((slot) => message('first', slot)),
    calls: upTo(10).map((id) => call(id, id)),
  });
  await recorder.until('the first', () => {
    return ids(recorder).length === 300 && recorder.of('usage').length === 10;
  });
  become({
    organism: { name: 'second', status: 'running', uptimeSeconds },
    agents: [{ name: 'new' }],
    messages: upTo(700).map((slot) => message('second', slot)),
    calls: upTo(25).map((id) => call(id, 1000 + id)),
  });
  await recorder.until('the second', () => {
    return (
      recorder.of('organism').at(-1)?.name === 'second' &&
      recorder.of('agent').some(({ agent }) => agent === 'new') &&
      ids(recorder).length === 1000 &&
      recorder.of('usage').length === 35
    );
  });
  expect(recorder.of('gap').filter(({ what }) => what === 'messages')).toEqual([]);
  expect(recorder.conflicts).toEqual([]);
});
