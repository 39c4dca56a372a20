import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { socketEventSchema } from '#organism/agentserver/socket.ts';
import type { EventDraft } from '#organism/event.ts';

import { sessionCookieName } from '../safety/session.ts';
import type { TestClient, TestHub } from './test-kit.ts';
import { TEST_KEY, agentDraft, messageDraft, openClient, openTestHub } from './test-kit.ts';

let kit: TestHub;
afterEach(() => kit.close());

const at = 1_800_000_000_000.123;
const state = (agent: string, currentThread: string | null): EventDraft => ({
  type: 'agent_state',
  key: `state:${agent}:${currentThread}`,
  occurredAt: at,
  agent,
  state: currentThread === null ? 'idle' : 'processing',
  currentThread,
});
const usage: EventDraft = {
  type: 'usage',
  key: 'usage:1',
  occurredAt: at,
  threadId: 'thread-1',
  agent: 'planner',
  model: 'gpt-4o',
  provider: 'openai',
  org: 'acme',
  user: null,
  tokens: { inputFresh: 10, cacheRead: 5, cacheWrite: 0, outputVisible: 7, reasoning: 3 },
  latencyMs: 12,
  reportedCostNanos: 5_000_000,
};

async function openSocket(path = '/ws'): Promise<TestClient> {
  kit.emit([agentDraft('planner'), agentDraft('coder')]);
  return openClient(`${kit.url}${path}`);
}

/** Everything until the answer to a command sent now: by then all that came before has arrived. */
async function drain(client: TestClient): Promise<Record<string, unknown>[]> {
  client.send({ cmd: 'fence' });
  const frames = [];
  for (;;) {
    const frame = await client.next();
    if (frame.error === 'Unknown command: fence') return frames;
    frames.push(frame);
  }
}

describe('/ws in the contract dialect', () => {
  it('starts with a snapshot', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    const connected = await client.next();
    expect(socketEventSchema.parse(connected)).toMatchObject({
      event: 'connected',
      organism: { name: 'one', agentCount: 2, totalMessages: 0 },
      agents: [{ name: 'planner', queueDepth: 0 }, { name: 'coder' }],
      threads: [],
    });
  });

  it('carries the 100 newest threads', async () => {
    kit = await openTestHub();
    kit.emit(
      Array.from({ length: 120 }, (_, n) =>
        messageDraft(`m${n}`, { threadId: `t${n}`, occurredAt: at + n }),
      ),
    );
    const { threads } = await (await openSocket()).next();
    expect(threads).toHaveLength(100);
    expect(threads[0]?.id).toBe('t119');
  });

  it('pushes a message that was amended once: the contract would count two', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    const amendment = { ...messageDraft('m1'), key: 'm1~1', amends: { seq: 1, key: 'm1' } };
    kit.emit([messageDraft('m1'), amendment, messageDraft('m2')]);
    const frames = await drain(client);
    expect(frames.filter(({ event }) => event === 'message')).toMatchObject([
      { message: { id: 'm1' } },
      { message: { id: 'm2' } },
    ]);
  });

  it('pushes one event per frame, a thread before its first message', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    kit.emit([
      state('planner', 'thread-1'),
      messageDraft('m1', { occurredAt: at }),
      messageDraft('m2'),
      {
        type: 'thread_updated',
        key: 'tu',
        occurredAt: at,
        threadId: 'thread-1',
        status: 'completed',
      },
      {
        type: 'error',
        key: 'e1',
        occurredAt: at,
        threadId: 'thread-1',
        agent: 'coder',
        text: 'boom',
        severity: 'error',
      },
      {
        type: 'reload',
        key: 'r1',
        occurredAt: at,
        success: true,
        added: ['critic'],
        removed: [],
        updated: [],
      },
    ]);
    const frames = await drain(client);
    expect(frames.map((frame) => frame['event'])).toEqual([
      'agent_state',
      'thread_created',
      'message',
      'message',
      'thread_updated',
      'error',
      'reload',
    ]);
    for (const frame of frames) expect(socketEventSchema.safeParse(frame).success).toBe(true);
    expect(frames[0]).toEqual({
      event: 'agent_state',
      agent: 'planner',
      state: 'processing',
      currentThread: 'thread-1',
    });
    expect(frames[2]).toMatchObject({
      message: { id: 'm1', threadId: 'thread-1', timestamp: '2027-01-15T08:00:00.000123Z' },
    });
    expect(frames[4]).toMatchObject({ threadId: 'thread-1', status: 'completed', messageCount: 2 });
    expect(frames[5]).toMatchObject({ error: 'boom', agent: 'coder', threadId: 'thread-1' });
  });

  it('announces a thread when it talks, not when only the ledger names it', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    kit.emit([usage]);
    expect((await drain(client)).map((frame) => frame['event'])).toEqual(['usage']);
    kit.emit([messageDraft('m1')]);
    const news = (await drain(client)).map((frame) => frame['event']);
    expect(news).toEqual(['thread_created', 'message']);
    const late = await openClient(`${kit.url}/ws`);
    expect((await late.next()).threads.map(({ id }) => id)).toEqual(['thread-1']);
  });

  it('adds usage, budget and source status', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    kit.emit([
      usage,
      {
        type: 'budget',
        key: 'b1',
        occurredAt: at,
        threadId: 'thread-1',
        maxTokens: 1000,
        promptTokens: 900,
        completionTokens: 60,
        totalTokens: 960,
      },
      {
        type: 'source_status',
        key: 's1',
        occurredAt: at,
        state: 'live',
        since: at,
        socketMode: 'all',
      },
    ]);
    const frames = (await drain(client)).filter((frame) => frame['event'] !== 'thread_created');
    expect(frames).toMatchObject([
      {
        event: 'usage',
        usage: { model: 'gpt-4o', promptTokens: 15, completionTokens: 10, estimatedCost: 0.005 },
      },
      { event: 'budget', budget: { threadId: 'thread-1', remaining: 40, percentUsed: 96 } },
      { event: 'source_status', source: { name: 'one', state: 'live' } },
    ]);
  });

  const burst = [
    state('planner', 'thread-1'),
    state('coder', 'thread-2'),
    messageDraft('m1'),
    messageDraft('m2', { threadId: 'thread-2', from: 'coder', to: 'critic', payloadType: 'Note' }),
  ];
  it.each<[string, object, string[]]>([
    ['nothing', {}, ['planner', 'coder', 'thread-1', 'm1', 'thread-2', 'm2']],
    [
      'nulls',
      { threads: null, agents: null },
      ['planner', 'coder', 'thread-1', 'm1', 'thread-2', 'm2'],
    ],
    [
      'empty lists',
      { threads: [], events: [] },
      ['planner', 'coder', 'thread-1', 'm1', 'thread-2', 'm2'],
    ],
    ['events', { events: ['message'] }, ['m1', 'm2']],
    ['threads', { threads: ['thread-2'] }, ['planner', 'coder', 'thread-2', 'm2']],
    [
      'agents, either end',
      { agents: ['coder'], events: ['message', 'agent_state'] },
      ['coder', 'm1', 'm2'],
    ],
    ['agents, one end', { agents: ['critic'], events: ['message'] }, ['m2']],
    [
      'payload types',
      { payload_types: ['Note'] },
      ['planner', 'coder', 'thread-1', 'thread-2', 'm2'],
    ],
  ])('filters by %s', async (_name, filters, expected) => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    const command = { cmd: 'subscribe', ...filters };
    client.send(command);
    expect(await client.next()).toEqual({ event: 'subscribed', filters: command });
    kit.emit(burst);
    const subjects = (await drain(client)).map((frame) => {
      const { agent, message, thread } = frame as Record<string, { id: string }>;
      return agent ?? message?.id ?? thread?.id;
    });
    expect(subjects).toEqual(expected);
  });

  it('answers what it cannot do and stays open', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    const errors: [unknown, string][] = [
      [{ cmd: 'dance' }, 'Unknown command: dance'],
      [{ hello: 1 }, 'Unknown command: '],
      [[1, 2], 'Unknown command: '],
      ['{not json', 'Invalid JSON'],
      ['['.repeat(100_000), 'Invalid JSON'],
      [{ cmd: 'inject', to: 'coder', payload: {} }, 'Authentication required for inject'],
      [
        { cmd: 'inject', to: 'coder', payload: {}, token: 'wrong' },
        'Authentication required for inject',
      ],
      [{ cmd: 'inject', token: TEST_KEY }, "Missing 'to' field"],
      [{ cmd: 'inject', to: 'nobody', payload: {}, token: TEST_KEY }, 'Unknown agent: nobody'],
    ];
    for (const [command, error] of errors) {
      client.send(command);
      expect(await client.next()).toEqual({ event: 'error', error });
    }
    client.send({ cmd: 'subscribe', agents: 'planner' });
    expect((await client.next()).error).toMatch(/^Invalid subscribe: agents/);
    expect(kit.sent).toEqual([]);
  });

  it('injects with the key', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    await client.next();
    const payload = { goal: 'x' };
    client.send({ cmd: 'inject', to: 'coder', payload, thread_id: 't-1', token: TEST_KEY });
    const injected = { event: 'injected', thread_id: 't-9', message_id: 'm-9' };
    expect(await client.next()).toEqual(injected);
    expect(kit.sent).toEqual([
      { actor: 'key', command: { kind: 'inject', to: 'coder', payload, threadId: 't-1' } },
    ]);
  });

  it('injects with a session only from our own page', async () => {
    kit = await openTestHub();
    kit.emit([agentDraft('coder')]);
    const cookie = `${sessionCookieName(kit.port)}=${kit.sessions.open()}`;
    const origin = `http://127.0.0.1:${kit.port}`;
    const command = { cmd: 'inject', to: 'coder', payload: {} };
    const stranger = await openClient(`${kit.url}/ws`, { headers: { cookie } });
    await stranger.next();
    stranger.send(command);
    expect(await stranger.next()).toMatchObject({ event: 'error' });
    const page = await openClient(`${kit.url}/ws`, { headers: { cookie, origin } });
    await page.next();
    page.send(command);
    expect(await page.next()).toMatchObject({ event: 'injected' });
    expect(kit.sent).toMatchObject([{ actor: 'session' }]);
  });

  it('says what the upstream refused', async () => {
    kit = await openTestHub({
      reply: { status: 503, body: { detail: 'Not sent: no connection' } },
    });
    const client = await openSocket();
    await client.next();
    client.send({ cmd: 'inject', to: 'coder', payload: {}, token: TEST_KEY });
    expect(await client.next()).toEqual({ event: 'error', error: 'Not sent: no connection' });
  });

  it('ends a reader that cannot keep up', async () => {
    kit = await openTestHub();
    const client = await openSocket();
    const quick = await openClient(`${kit.url}/ws/messages`);
    await client.next();
    client.ws.pause();
    for (let n = 0; kit.hub.counters().slow === 0; n += 1) {
      kit.emit([messageDraft(`big${n}`, { payload: { text: 'x'.repeat(500_000) } })]);
      await quick.next();
    }
    client.ws.resume();
    expect(await client.closed).toBe(1013);
  });
});

it.each(['/ws', '/ws/messages'])('%s ends one who asks on without reading', async (path) => {
  kit = await openTestHub();
  const client = await openSocket(path);
  client.ws.pause();
  const names = ['x'.repeat(100_000)];
  const command = { cmd: 'subscribe', agents: names, filter: { agents: names } };
  for (let n = 0; n < 2000 && kit.hub.counters().slow === 0; n += 1) {
    client.send(command);
    await nextTurn();
  }
  expect(kit.hub.counters()).toMatchObject({ slow: 1 });
  client.ws.resume();
  expect(await client.closed).toBe(1013);
});

describe('/ws/messages', () => {
  it('sends bare messages and nothing else', async () => {
    kit = await openTestHub();
    const client = await openSocket('/ws/messages');
    kit.emit([state('planner', 'thread-1'), messageDraft('m1')]);
    const frames = await drain(client);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject({ id: 'm1', from: 'planner', to: 'coder' });
    expect(frames[0]).not.toHaveProperty('event');
  });

  it('filters and knows only subscribe', async () => {
    kit = await openTestHub();
    const client = await openSocket('/ws/messages');
    client.send({ cmd: 'subscribe' });
    expect(await client.next()).toEqual({ event: 'subscribed', filter: {} });
    const filter = { agents: ['critic'], payload_types: ['Note'] };
    client.send({ cmd: 'subscribe', filter });
    expect(await client.next()).toEqual({ event: 'subscribed', filter });
    client.send({ cmd: 'inject', to: 'coder', payload: {} });
    expect(await client.next()).toEqual({ event: 'error', error: 'Unknown command: inject' });
    kit.emit([
      messageDraft('m1'),
      messageDraft('m2', { to: 'critic', payloadType: 'Note' }),
      messageDraft('m3', { to: 'critic' }),
    ]);
    expect((await drain(client)).map((frame) => frame['id'])).toEqual(['m2']);
  });
});
