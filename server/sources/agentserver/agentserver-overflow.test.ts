import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';

import { createRecorder } from '../testing/recorder.ts';
import { createAgentServerSource } from './agentserver-source.ts';
import type { FakeAnswer, FakeRequest } from './testing/fake-upstream.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { FAST } from './testing/fast.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const CONNECTED = '{"event":"connected","organism":{},"agents":[],"threads":[]}';
const MAX_WAITING = 20_000;
const STATES = MAX_WAITING + 4000;
const MESSAGES = 3000;

const messages = Array.from({ length: MESSAGES }, (_, index) => ({
  id: `m-${index + 1}`,
  threadId: 't',
  from: 'a',
  to: 'b',
  payloadType: 'P',
  payload: { index },
  timestamp: new Date(1_795_000_000_000 + index).toISOString(),
  slotIndex: index + 1,
}));

function answer({ path, query }: FakeRequest, isOver: boolean): FakeAnswer {
  const offset = Number(query.get('offset') ?? 0);
  const page = <T>(rows: readonly T[]) =>
    rows.toReversed().slice(offset, offset + Number(query.get('limit')));
  const organism = { name: 'burst', status: 'running', uptimeSeconds: performance.now() / 1000 };
  switch (path) {
    case '/organism':
      return { body: { ...organism, totalMessages: isOver ? MESSAGES : 0 } };
    case '/agents':
      return { body: { agents: [] } };
    case '/threads':
    case '/usage/threads':
      return { body: { threads: [] } };
    case '/messages':
      return { body: { messages: isOver ? page(messages) : [] } };
    case '/usage/history':
      return { body: { events: [] } };
    default:
      return { status: 404, body: {} };
  }
}

/** Resolves when the client has read everything sent so far. */
function read(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('pong', () => resolve());
    socket.ping();
  });
}

test('a store slower than the stream fills a bounded inbox: REST has the rest, and a gap says so', async () => {
  let isOver = false;
  let socket: WebSocket | null = null;
  const upstream = await startFakeUpstream({
    answer: (request) => answer(request, isOver),
    onSocket(opened) {
      socket ??= opened;
      opened.send(CONNECTED);
    },
  });
  const recorder = createRecorder();
  const source = createAgentServerSource(
    {
      name: 'burst',
      url: upstream.url,
      organismId: 'burst',
      intervals: FAST,
      inbox: { maxFrames: MAX_WAITING },
    },
    recorder.deps,
  );
  stops.push(
    () => upstream.stop(),
    () => source.stop(),
  );
  await source.start();
  await recorder.until('live', () => recorder.of('source_status').at(-1)?.state === 'live');
  const opened = socket as WebSocket | null;
  if (opened === null) throw new Error('no socket');

  recorder.hold();
  for (let index = 0; index < STATES; index += 1) {
    opened.send(`{"event":"agent_state","agent":"a","state":"s${index}","currentThread":null}`);
  }
  for (const message of messages) opened.send(JSON.stringify({ event: 'message', message }));
  await read(opened);
  isOver = true;
  recorder.release();

  await recorder.until('every message', () => recorder.of('message').length >= MESSAGES);
  await recorder.until('the gap', () => recorder.of('gap').length > 0);
  expect(recorder.of('message')).toHaveLength(MESSAGES);
  expect(recorder.of('gap')).toMatchObject([
    { what: 'events', reason: expect.stringContaining('frames were dropped') as string },
  ]);
  // What the inbox held, the slice that was being delivered when the store stopped, and the one read meanwhile.
  const states = recorder.of('agent_state').length;
  expect(states).toBeGreaterThanOrEqual(MAX_WAITING);
  expect(states).toBeLessThanOrEqual(MAX_WAITING + 1000);
  expect(recorder.mostAtOnce).toBe(1);
});
