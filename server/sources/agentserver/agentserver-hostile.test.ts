import { afterEach, expect, test } from 'vitest';

import { createLabAgentServer } from '#lab/agentserver/server.ts';

import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import type { FakeAnswer, FakeRequest } from './testing/fake-upstream.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { FAST } from './testing/fast.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const ORGANISM = {
  name: 'hostile',
  status: 'running',
  uptimeSeconds: 5,
  totalMessages: 3,
  activeThreads: 1,
};
const CONNECTED = '{"event":"connected","organism":{},"agents":[],"threads":[]}';
const TIME = '2026-11-21T03:25:13Z';

/** Values that break a reader which trusts its input. */
const HOSTILE_VALUES = [
  'null',
  'true',
  '-0',
  '1e308',
  '9007199254740993',
  '4611686018427387904',
  '-1',
  '0.1',
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u202e\\u200b"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  `"${'x'.repeat(70_000)}"`,
  '[]',
  '{}',
  '[[[]]]',
  '{"__proto__":{"polluted":true}}',
  '"+275760-09-13T00:00:00Z"',
  '"0000-01-01T00:00:00Z"',
  '"9999-12-31T23:59:59.999999Z"',
];

/** One whole frame of each kind with one field at a time replaced by each hostile value. */
function hostileFrames(): string[] {
  const kinds: Record<string, Record<string, string>> = {
    agent_state: { agent: '"a"', state: '"idle"', currentThread: 'null' },
    thread_updated: { threadId: '"t"', status: '"active"', messageCount: '1' },
    error: { threadId: '"t"', agent: '"a"', error: '"boom"', timestamp: `"${TIME}"` },
    reload: { success: 'true', added: '[]', removed: '[]', updated: '[]' },
    message: { message: '{}' },
    thread_created: { thread: '{}' },
    connected: { organism: '{}', agents: '[]', threads: '[]' },
    telemetry: { payload: '{}' },
  };
  const entities: Record<string, Record<string, string>> = {
    message: {
      id: '"m"',
      threadId: '"t"',
      from: '"a"',
      to: '"b"',
      payloadType: '"P"',
      payload: '{}',
      timestamp: `"${TIME}"`,
      slotIndex: '1',
    },
    thread_created: { id: '"t"', status: '"active"', participants: '[]', createdAt: `"${TIME}"` },
  };
  const frames: string[] = [];
  for (const [event, fields] of Object.entries(kinds)) {
    for (const value of HOSTILE_VALUES) {
      for (const name of Object.keys(fields)) {
        frames.push(`{"event":"${event}",${write({ ...fields, [name]: value })}}`);
      }
      const entity = entities[event];
      const wrapper = Object.keys(fields)[0];
      for (const name of Object.keys(entity ?? {})) {
        frames.push(`{"event":"${event}","${wrapper}":{${write({ ...entity, [name]: value })}}}`);
      }
    }
  }
  return frames;
}

function write(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',');
}

function hostileAnswer({ path, query }: FakeRequest): FakeAnswer {
  const rows = HOSTILE_VALUES.map((value) => `{"id":${value},"name":${value},"threadId":${value}}`);
  const offset = Number(query.get('offset') ?? 0);
  const list = (name: string) => ({
    body: `{"${name}":[${rows.slice(offset, offset + Number(query.get('limit') ?? 1000)).join(',')}]}`,
  });
  switch (path) {
    case '/organism':
      return { body: ORGANISM };
    case '/agents':
      return list('agents');
    case '/threads':
    case '/usage/threads':
      return list('threads');
    case '/messages':
      return list('messages');
    case '/usage/history':
      return list('events');
    case '/usage':
      return { body: '{"usage":{"totals":{"requestCount":"many"}}}' };
    default:
      return { status: 500, body: 'Internal Server Error' };
  }
}

test('a hostile upstream harms neither this source nor the one beside it', async () => {
  const frames = hostileFrames();
  expect(frames.length).toBeGreaterThan(700);
  const hostile = await startFakeUpstream({
    answer: hostileAnswer,
    onSocket(socket) {
      socket.send(CONNECTED);
      for (const frame of frames) socket.send(frame);
      for (const depth of [65, 5000, 1_000_000]) {
        socket.send(`{"event":"telemetry","payload":${'['.repeat(depth)}`);
      }
      socket.send(`{"event":"telemetry","text":"${'y'.repeat(3_000_000)}"}`);
      socket.send(Buffer.from([0xff, 0xfe, 0x00]), { binary: true });
      socket.send('{"event":"reload","success":true,"added":["last"]}');
    },
  });
  const lab = createLabAgentServer({ seed: 5 });
  const { url } = await lab.start();
  lab.step(500);
  const [bad, good] = [createRecorder(), createRecorder()];
  const sources = [
    createAgentServerSource(
      { name: 'bad', url: hostile.url, organismId: 'bad', intervals: FAST },
      bad.deps,
    ),
    createAgentServerSource({ name: 'good', url, organismId: 'good', intervals: FAST }, good.deps),
  ];
  stops.push(
    () => hostile.stop(),
    () => lab.stop(),
    ...sources.map((source) => () => source.stop()),
  );
  for (const source of sources) await source.start();

  await bad.until('the last frame', () =>
    bad.of('reload').some((draft) => draft.added.includes('last')),
  );
  await good.until('everything', () => good.of('message').length >= lab.record.messageIds.length);
  expect(good.rejects).toEqual([]);
  expect(good.counts.rejected).toBe(0);
  expect(Object.prototype).not.toHaveProperty('polluted');
  // Everything refused has a reason and a short sample; nothing that is no JSON got through.
  const reasons = new Set(bad.rejects.map((reject) => reject.reason));
  expect([...reasons].toSorted()).toEqual(['invalid-event', 'invalid-json', 'too-deep']);
  expect(bad.rejects.filter((reject) => reject.reason === 'too-deep')).toHaveLength(3);
  expect(bad.rejects.every((reject) => reject.sample.length <= 200)).toBe(true);
  expect(bad.rejects.every((reject) => !reject.detail.includes('yyyy'))).toBe(true);
  const { received, accepted, duplicate, rejected } = bad.counts;
  expect(accepted + duplicate + rejected).toBe(received);
});

test('a frame beyond the limit costs the socket, is counted, and the source goes on', async () => {
  let sockets = 0;
  const upstream = await startFakeUpstream({
    answer: hostileAnswer,
    onSocket(socket) {
      sockets += 1;
      socket.send(CONNECTED);
      if (sockets === 1) socket.send('z'.repeat(10_000_000));
      else socket.send('{"event":"reload","success":true,"added":["after"]}');
    },
  });
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'big', url: upstream.url, organismId: 'big', intervals: FAST },
    recorder.deps,
  );
  stops.push(
    () => upstream.stop(),
    () => source.stop(),
  );
  await source.start();
  await recorder.until('a frame after it', () => recorder.of('reload').length > 0);
  expect(recorder.rejects.filter((reject) => reject.reason === 'too-large')).toHaveLength(1);
});

test('what answers and is no AgentServer is told so and asked ever more rarely', async () => {
  const upstream = await startFakeUpstream({
    answer: () => ({ body: '<html>It works!</html>', headers: { 'content-type': 'text/html' } }),
  });
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'web', url: upstream.url, organismId: 'web', intervals: FAST },
    recorder.deps,
  );
  stops.push(
    () => upstream.stop(),
    () => source.stop(),
  );
  await source.start();
  await recorder.until('the retry', () => {
    const last = recorder.of('source_status').at(-1);
    return last?.state === 'retrying' && (last.attempt ?? 0) >= 2;
  });
  const last = recorder.of('source_status').at(-1);
  expect(last?.reason).toContain('/organism');
  expect(last?.nextTryAt).toBeGreaterThan(last?.occurredAt ?? 0);
});

test('an upstream that comes and goes is told, waited for, and found again', async () => {
  const lab = createLabAgentServer({ seed: 6 });
  const { url, port } = await lab.start();
  await lab.stop();
  const recorder = createRecorder();
  const source = createAgentServerSource(
    { name: 'flap', url, organismId: 'flap', intervals: FAST },
    recorder.deps,
  );
  stops.push(
    () => lab.stop(),
    () => source.stop(),
  );
  await source.start();
  await recorder.until(
    'the retry',
    () => recorder.of('source_status').at(-1)?.state === 'retrying',
  );
  expect(recorder.of('source_status').at(-1)).toMatchObject({ reason: 'connection refused' });
  expect(await source.control({ kind: 'reload' })).toEqual({
    kind: 'not-sent',
    reason: 'connection refused',
  });
  expect((await lab.start()).port).toBe(port);
  await recorder.until('live', () => recorder.of('source_status').at(-1)?.state === 'live');
  const status = recorder.of('source_status').at(-1);
  expect([status?.reason, status?.nextTryAt, status?.attempt]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
