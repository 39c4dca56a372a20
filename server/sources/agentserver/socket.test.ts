import { once } from 'node:events';

import { afterEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';

import { frameText } from '../../frame-text.ts';
import type { ManualClock } from '../testing/manual-clock.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import type { Frame } from './frame.ts';
import type { AgentSocket, SocketEnd } from './socket.ts';
import { openSocket } from './socket.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';

const CONNECTED = '{"event":"connected","organism":{},"agents":[],"threads":[]}';
const SUBSCRIBE = '{"cmd":"subscribe","events":["agent_state"]}';

/** Before any other timer of a socket that lives. */
const PING_MS = 1000;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Dialled {
  readonly clock: ManualClock;
  readonly socket: AgentSocket;
  readonly live: Frame[];
  readonly frames: string[];
  readonly ends: SocketEnd[];
  /** What the server heard. */
  readonly heard: string[];
  readonly server: () => WebSocket;
}

async function dial(script: {
  admit?: () => number | null;
  onSocket?: (socket: WebSocket) => void;
  /** Absent: not before a test is over. */
  pingMs?: number;
}): Promise<Dialled> {
  const heard: string[] = [];
  let serverSide: WebSocket | null = null;
  const upstream = await startFakeUpstream({
    answer: () => ({ status: 404, body: {} }),
    admit: script.admit,
    onSocket(socket) {
      serverSide = socket;
      socket.on('message', (data) => heard.push(frameText(data)));
      script.onSocket?.(socket);
    },
  });
  const clock = createManualClock();
  const [live, frames, ends]: [Frame[], string[], SocketEnd[]] = [[], [], []];
  const socket = openSocket({
    url: new URL(upstream.url.replace('http', 'ws')),
    subscribe: SUBSCRIBE,
    schedule: clock.schedule,
    source: 'test',
    pingMs: script.pingMs ?? 1_000_000,
    handlers: {
      onLive: (frame) => live.push(frame),
      onFrame: (text) => frames.push(text),
      onEnd: (end) => ends.push(end),
    },
  });
  stops.push(
    () => upstream.stop(),
    () => socket.close(),
  );
  return {
    clock,
    socket,
    live,
    frames,
    ends,
    heard,
    server() {
      if (serverSide === null) throw new Error('no socket yet');
      return serverSide;
    },
  };
}

test('subscribes at once and counts as live with the first valid frame', async () => {
  const dialled = await dial({
    onSocket(socket) {
      socket.send('{"score":NaN}');
      socket.send(CONNECTED);
      socket.send('{"event":"reload"}');
    },
  });
  await vi.waitFor(() => expect(dialled.frames).toHaveLength(2));
  expect(dialled.live).toMatchObject([{ kind: 'connected' }]);
  expect(dialled.frames).toEqual(['{"score":NaN}', '{"event":"reload"}']);
  await vi.waitFor(() => expect(dialled.heard).toEqual([SUBSCRIBE]));
});

test('sends the same subscribe every 120 s, however much the server says', async () => {
  const dialled = await dial({
    onSocket(socket) {
      socket.send(CONNECTED);
      socket.on('message', () => socket.send('{"event":"subscribed","filters":{}}'));
    },
  });
  await vi.waitFor(() => expect(dialled.frames).toHaveLength(1));
  for (let minute = 1; minute <= 3; minute += 1) {
    dialled.clock.advance(120_000);
    await vi.waitFor(() => expect(dialled.frames).toHaveLength(1 + minute));
    dialled.clock.advance(0);
  }
  expect(dialled.heard).toEqual([SUBSCRIBE, SUBSCRIBE, SUBSCRIBE, SUBSCRIBE]);
  expect(dialled.ends).toEqual([]);
});

test('a changed subscription is the one that keeps the socket alive', async () => {
  const dialled = await dial({ onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.socket.isLive).toBe(true));
  dialled.socket.subscribe('{"cmd":"subscribe"}');
  dialled.clock.advance(120_000);
  await vi.waitFor(() =>
    expect(dialled.heard).toEqual([SUBSCRIBE, '{"cmd":"subscribe"}', '{"cmd":"subscribe"}']),
  );
});

test('a keepalive nobody answers ends the socket', async () => {
  const dialled = await dial({ onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.socket.isLive).toBe(true));
  dialled.clock.advance(120_000);
  dialled.clock.advance(9999);
  expect(dialled.ends).toEqual([]);
  dialled.clock.advance(1);
  expect(dialled.ends).toMatchObject([{ reason: 'the socket no longer answers', wasLive: true }]);
});

test('101 and then silence ends the socket', async () => {
  const dialled = await dial({});
  await vi.waitFor(() => expect(dialled.heard).toHaveLength(1));
  dialled.clock.advance(10_000);
  expect(dialled.ends).toMatchObject([{ wasOpened: true, wasLive: false }]);
});

test('accepted and cut without a frame is told as just that', async () => {
  const dialled = await dial({ onSocket: (socket) => socket.terminate() });
  await vi.waitFor(() => expect(dialled.ends).toHaveLength(1));
  expect(dialled.ends[0]).toMatchObject({ wasOpened: true, wasLive: false, refusedWith: null });
});

test('a refusal is told with its status, a redirect is not followed', async () => {
  const refused = await dial({ admit: () => 403 });
  await vi.waitFor(() => expect(refused.ends).toMatchObject([{ refusedWith: 403 }]));
  const redirected = await dial({ admit: () => 302 });
  await vi.waitFor(() => expect(redirected.ends).toMatchObject([{ refusedWith: 302 }]));
});

test.for([
  ['more than 4 MiB', (socket: WebSocket) => socket.send('x'.repeat(4 * 1024 * 1024 + 1)), true],
  ['10 MB', (socket: WebSocket) => socket.send('x'.repeat(10_000_000)), true],
  ['a close by the server', (socket: WebSocket) => socket.close(1012), false],
] as const)('%s ends the socket', async ([, act, wasFrameTooLarge]) => {
  const dialled = await dial({ onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.socket.isLive).toBe(true));
  act(dialled.server());
  await vi.waitFor(() => expect(dialled.ends).toHaveLength(1));
  expect(dialled.ends[0]).toMatchObject({ wasLive: true, wasFrameTooLarge });
});

test('a closed socket calls nobody and leaves no timer', async () => {
  const dialled = await dial({ onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.socket.isLive).toBe(true));
  await dialled.socket.close();
  await dialled.socket.close();
  expect(dialled.ends).toEqual([]);
  expect(dialled.clock.pending).toEqual([]);
});

test('a socket closed while it is being dialled is gone too', async () => {
  const dialled = await dial({ onSocket: (socket) => socket.send(CONNECTED) });
  await dialled.socket.close();
  expect(dialled.live).toEqual([]);
  expect(dialled.ends).toEqual([]);
});

test('a peer that answers no ping for a whole interval is gone', async () => {
  const dialled = await dial({ pingMs: PING_MS, onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.live).toHaveLength(1));
  // The peer stops reading: it is there for TCP and for nobody else.
  dialled.server().pause();
  dialled.clock.advance(PING_MS);
  await new Promise((resolve) => setImmediate(resolve));
  expect(dialled.ends).toEqual([]);
  dialled.clock.advance(PING_MS);
  await vi.waitFor(() => expect(dialled.ends).toHaveLength(1));
  expect(dialled.ends[0]?.reason).toBe('the socket answers no ping');
});

test('a peer that answers its pings is not', async () => {
  const dialled = await dial({ pingMs: PING_MS, onSocket: (socket) => socket.send(CONNECTED) });
  await vi.waitFor(() => expect(dialled.live).toHaveLength(1));
  for (let n = 1; n <= 3; n += 1) {
    const pinged = once(dialled.server(), 'ping');
    dialled.clock.advance(PING_MS);
    await pinged;
    // Behind the pong, so that it has been read.
    dialled.server().send('{"event":"subscribed"}');
    await vi.waitFor(() => expect(dialled.frames).toHaveLength(n));
  }
  expect(dialled.ends).toEqual([]);
});
