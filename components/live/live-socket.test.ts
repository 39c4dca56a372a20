import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { ARBITRARY_ORGANISM } from '#organism/arbitrary-events.ts';
import type { JournalEvent } from '#organism/event.ts';
import {
  LIVE_STALE_MS,
  LIVE_SUBPROTOCOL,
  type LiveFrame,
  type LiveResume,
  liveResumeSchema,
} from '#organism/live/protocol.ts';

import { createLiveServerModel } from './live-server-model.ts';
import { createLiveSocket } from './live-socket.ts';
import { type ConnectionStatus, createLiveStore } from './live-store.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

/** A clock and timers that move only when told. */
function createManualTime() {
  const timers = new Set<{ at: number; task: () => void }>();
  let now = NOW;
  return {
    now: () => now,
    setTimer: (task: () => void, delayMs: number) => {
      const timer = { at: now + delayMs, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms: number) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.task();
      }
      now = end;
    },
    /** Lets time pass as a sleeping machine does: no timer fires. */
    sleep: (ms: number) => void (now += ms),
    pending: () => timers.size,
  };
}

/** A real WebSocket server that answers as the model says, or as a test says instead. */
async function openServer(now: () => number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const model = createLiveServerModel({ organismId: ARBITRARY_ORGANISM, now });
  const resumes: LiveResume[] = [];
  const protocols: string[] = [];
  const behaviour = {
    answer: (command: LiveResume): string => JSON.stringify(model.resume(command)),
  };
  server.on('connection', (socket) => {
    protocols.push(socket.protocol);
    socket.on('message', (data: Buffer) => {
      const command = liveResumeSchema.parse(JSON.parse(data.toString('utf8')));
      resumes.push(command);
      socket.send(behaviour.answer(command));
    });
  });
  return {
    url: `ws://127.0.0.1:${address.port}/ws`,
    model,
    resumes,
    protocols,
    behaviour,
    connections: () => server.clients.size,
    send: (text: string) => server.clients.forEach((socket) => socket.send(text)),
    sendNext: () => server.clients.forEach((socket) => socket.send(JSON.stringify(model.next()))),
    cut: () => server.clients.forEach((socket) => socket.terminate()),
    close: () => {
      server.clients.forEach((socket) => socket.terminate());
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const raw = (seq: number): JournalEvent => ({
  type: 'raw',
  name: 'odd',
  payload: null,
  key: `k${seq}`,
  seq,
  organismId: ARBITRARY_ORGANISM,
  source: 'lab',
  occurredAt: NOW,
  receivedAt: NOW,
});

describe('the live socket', () => {
  let time = createManualTime();
  let server: Awaited<ReturnType<typeof openServer>>;
  let stop = () => undefined as void;

  beforeEach(async () => {
    time = createManualTime();
    server = await openServer(time.now);
  });
  afterEach(async () => {
    stop();
    await server.close();
  });

  function open(options: { url?: string } = {}) {
    const store = createLiveStore({ now: time.now, scheduleFrame: (task) => task() });
    const statuses: ConnectionStatus['kind'][] = ['connecting'];
    store.subscribe(() => {
      const { kind } = store.getSnapshot().status;
      if (statuses.at(-1) !== kind) statuses.push(kind);
    });
    let isOnline = true;
    let wake = () => undefined as void;
    const socket = createLiveSocket({
      organism: 'lab',
      store,
      openSocket: () => new WebSocket(options.url ?? server.url, LIVE_SUBPROTOCOL),
      now: time.now,
      setTimer: time.setTimer,
      random: () => 1,
      isOnline: () => isOnline,
      watchWake: (onWake) => {
        wake = onWake;
        return () => (wake = () => undefined);
      },
    });
    stop = () => socket.stop();
    socket.start();
    return {
      store,
      socket,
      statuses,
      status: () => store.getSnapshot().status,
      events: () => store.getSnapshot().organism.counts.events,
      wake: () => wake(),
      setOnline: (online: boolean) => (isOnline = online),
    };
  }
  const untilKind = (client: ReturnType<typeof open>, kind: ConnectionStatus['kind']) =>
    vi.waitFor(() => expect(client.status().kind).toBe(kind), { interval: 5 });
  const until = (check: () => void) => vi.waitFor(check, { interval: 5 });

  it('asks for the picture by the subprotocol and is live with the first frame', async () => {
    server.model.append([raw(2)]);
    const client = open();
    await untilKind(client, 'live');
    expect(server.protocols).toEqual([LIVE_SUBPROTOCOL]);
    expect(server.resumes).toEqual([{ cmd: 'resume', organism: 'lab', epoch: null, since: null }]);
    expect(client.events()).toBe(1);
    expect(client.status()).toEqual({ kind: 'live', lagMs: 0, since: NOW });
  });

  it('resumes where it stood after a cut, and is live without a second picture', async () => {
    const client = open();
    await untilKind(client, 'live');
    server.model.append([raw(2), raw(4)]);
    server.sendNext();
    await until(() => expect(client.events()).toBe(2));
    server.cut();
    await untilKind(client, 'reconnecting');
    expect(client.status()).toEqual({
      kind: 'reconnecting',
      attempt: 1,
      nextTryAt: NOW + 500,
      reason: 'The connection closed.',
    });
    server.model.append([raw(6)]);
    time.advance(500);
    await untilKind(client, 'live');
    expect(server.resumes.at(-1)).toMatchObject({ epoch: server.model.epoch, since: 5 });
    expect(client.events()).toBe(3);
  });

  it('asks again, once, when a batch was lost on the way', async () => {
    const client = open();
    await untilKind(client, 'live');
    server.model.append([raw(2)]);
    server.model.next();
    server.model.append([raw(4)]);
    server.sendNext();
    server.sendNext();
    await until(() => expect(client.events()).toBe(2));
    expect(server.resumes).toHaveLength(2);
    expect(client.statuses).toEqual(['connecting', 'live']);
  });

  it('is stale after silence, live again with news, and dials anew when silence goes on', async () => {
    const client = open();
    await untilKind(client, 'live');
    time.advance(LIVE_STALE_MS - 1);
    expect(client.status().kind).toBe('live');
    time.advance(1);
    expect(client.status()).toEqual({ kind: 'stale', since: NOW });
    server.sendNext();
    await untilKind(client, 'live');
    time.advance(2 * LIVE_STALE_MS);
    expect(client.status()).toMatchObject({
      kind: 'reconnecting',
      attempt: 1,
      reason: 'Nothing was heard for 6 s.',
    });
    await until(() => expect(server.connections()).toBe(0));
    time.advance(500);
    await untilKind(client, 'live');
    expect(server.connections()).toBe(1);
  });

  it('lets heartbeats keep it live, with one timer for all of them', async () => {
    const client = open();
    await untilKind(client, 'live');
    for (let beat = 0; beat < 5; beat += 1) {
      time.advance(LIVE_STALE_MS - 1000);
      const { sentAt } = heartbeat(server.model.next());
      server.sendNext();
      await until(() => expect(client.store.serverNow()).toBeGreaterThanOrEqual(sentAt));
      await roundTrip(client);
    }
    expect(client.statuses).toEqual(['connecting', 'live']);
    expect(time.pending()).toBe(1);
  });

  /** Everything sent before has been heard when this batch is. */
  async function roundTrip(client: ReturnType<typeof open>) {
    const seq = server.model.head + 2;
    server.model.append([raw(seq)]);
    server.sendNext();
    await until(() => expect(client.store.position()?.since).toBe(server.model.head));
  }

  it('waits longer with every failure, and never gives up', async () => {
    await server.close();
    const client = open();
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await until(() => expect(client.status()).toMatchObject({ kind: 'reconnecting', attempt }));
      const delayMs = Math.min(15_000, 500 * 2 ** (attempt - 1));
      expect(client.status()).toMatchObject({ nextTryAt: time.now() + delayMs });
      time.advance(delayMs);
      expect(client.status()).toMatchObject({ kind: 'reconnecting', attempt, nextTryAt: null });
    }
  });

  it('does not take an opened socket for a working one', async () => {
    server.behaviour.answer = () => 'not json';
    const client = open();
    await until(() => expect(client.status()).toMatchObject({ attempt: 1 }));
    time.advance(500);
    await until(() => expect(client.status()).toMatchObject({ attempt: 2 }));
    expect(client.statuses).toEqual(['connecting', 'reconnecting']);
  });

  it('asks for the whole picture after a frame it cannot read', async () => {
    const client = open();
    await untilKind(client, 'live');
    server.send('{"kind":"batch"}');
    await until(() =>
      expect(client.status()).toMatchObject({
        reason: 'The server sent something this page cannot read.',
      }),
    );
    time.advance(500);
    await untilKind(client, 'live');
    expect(server.resumes.at(-1)).toMatchObject({ epoch: null, since: null });
  });

  it('says why the server refused, and tries again', async () => {
    const refusal: LiveFrame = {
      kind: 'error',
      code: 'unknown-organism',
      detail: 'no organism named lab',
    };
    server.behaviour.answer = () => JSON.stringify(refusal);
    const client = open();
    await until(() =>
      expect(client.status()).toMatchObject({
        reason: 'The server refused: no organism named lab.',
      }),
    );
    // Not with the growing waits of a server that is away: this one is well.
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      await until(() => expect(client.status()).toMatchObject({ attempt }));
      time.advance(2000);
    }
    await until(() => expect(client.status()).toMatchObject({ attempt: 7 }));
    server.behaviour.answer = (command) => JSON.stringify(server.model.resume(command));
    time.advance(2000);
    await untilKind(client, 'live');
  });

  it('tries at once when someone looks, and leaves a healthy connection alone', async () => {
    const client = open();
    await untilKind(client, 'live');
    client.wake();
    expect(client.status().kind).toBe('live');
    server.cut();
    await untilKind(client, 'reconnecting');
    client.wake();
    await untilKind(client, 'live');
    expect(server.resumes).toHaveLength(2);
    expect(time.now()).toBe(NOW);
  });

  it('replaces the socket of a machine that slept before its timers have fired', async () => {
    const client = open();
    await untilKind(client, 'live');
    time.sleep(3_600_000);
    client.wake();
    await until(() => expect(server.resumes).toHaveLength(2));
    await untilKind(client, 'live');
    expect(client.statuses).toEqual(['connecting', 'live', 'stale', 'connecting', 'live']);
  });

  it('is offline while the browser knows of no network, and goes on trying', async () => {
    const client = open();
    await untilKind(client, 'live');
    client.setOnline(false);
    server.cut();
    await untilKind(client, 'offline');
    expect(client.status()).toEqual({ kind: 'offline', since: NOW });
    time.advance(500);
    await untilKind(client, 'live');
    expect(client.statuses).toEqual(['connecting', 'live', 'offline', 'live']);
  });

  it('stops for good, whatever is on its way', async () => {
    const client = open();
    await untilKind(client, 'live');
    server.model.append([raw(2)]);
    server.sendNext();
    client.socket.stop();
    client.socket.stop();
    await until(() => expect(server.connections()).toBe(0));
    client.wake();
    time.advance(60_000);
    expect(client.events()).toBe(0);
    expect(time.pending()).toBe(0);
    expect(server.resumes).toHaveLength(1);
  });

  it('starts again after a stop, from where it stood', async () => {
    const client = open();
    await untilKind(client, 'live');
    client.socket.stop();
    client.socket.start();
    await untilKind(client, 'live');
    expect(server.resumes.at(-1)).toMatchObject({ epoch: server.model.epoch, since: 0 });
  });
});

function heartbeat(frame: LiveFrame): Extract<LiveFrame, { kind: 'heartbeat' }> {
  if (frame.kind !== 'heartbeat') throw new Error(`expected a heartbeat, got ${frame.kind}`);
  return frame;
}
