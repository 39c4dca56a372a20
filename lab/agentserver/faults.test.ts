import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { messageListSchema, threadListSchema } from '#organism/agentserver/entities.ts';
import { usageHistorySchema } from '#organism/agentserver/usage.ts';

import {
  isEvent,
  openContractSocket,
  readField,
  UpgradeRefused,
  type ContractSocket,
} from './contract-socket.ts';
import { parseFaults } from './faults.ts';
import { createLabAgentServer, type LabAgentServer, type LabOptions } from './server.ts';

let lab: LabAgentServer;
let url = '';
let nowMs = Date.UTC(2026, 10, 21, 12);
const sockets: ContractSocket[] = [];

async function startLab(options: LabOptions = {}): Promise<void> {
  lab = createLabAgentServer({ seed: 7, now: () => nowMs, ...options });
  ({ url } = await lab.start());
}

async function open(path: string, options?: Parameters<typeof openContractSocket>[1]) {
  const socket = await openContractSocket(`${url}${path}`, options);
  sockets.push(socket);
  return socket;
}

async function openGreeted(): Promise<ContractSocket> {
  const socket = await open('/ws');
  await socket.until(isEvent('connected'));
  return socket;
}

const countOf = (socket: ContractSocket, event: string) =>
  socket.frames.filter(isEvent(event)).length;

/** A connection of its own each time, since a restart closes the kept ones. */
const getJson = async (path: string): Promise<unknown> =>
  (await fetch(`${url}/api/v1${path}`, { headers: { connection: 'close' } })).json();

beforeEach(() => startLab());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await lab.stop();
});

describe('parseFaults', () => {
  it('reads names, "real" and refuses others by name', () => {
    expect(parseFaults(['schema-500'])).toEqual(['schema-500']);
    expect(parseFaults(['real'])).toContain('silent-drop');
    expect(parseFaults(['real'])).not.toContain('admission-403');
    expect(() => parseFaults(['sleepy'])).toThrow('unknown fault "sleepy"');
  });
});

describe('healthy', () => {
  it('delivers every event it emits to a socket, once and in order', async () => {
    const socket = await openGreeted();
    lab.step(5_000);
    await socket.ping();
    const { usage, ...pushed } = lab.record.emitted;
    for (const [event, count] of Object.entries(pushed)) {
      expect(`${event} ${countOf(socket, event)}`).toBe(`${event} ${count}`);
    }
    expect(usage).toBeGreaterThan(0);
    const ids = socket.frames
      .filter(isEvent('message'))
      .map((frame) => readField(readField(frame, 'message'), 'id'));
    expect(ids).toEqual(lab.record.messageIds);
  });

  it('keeps one thread for a conversation and one row for a hop', () => {
    lab.step(5_000);
    const { emitted, threadIds, messageIds } = lab.record;
    expect(threadIds.length).toBe(emitted.thread_created);
    expect(emitted.message / emitted.thread_created).toBeGreaterThan(3);
    expect(new Set(messageIds).size).toBe(emitted.message);
  });

  it('stamps the send time when asked', async () => {
    await lab.stop();
    await startLab({ stampSentAt: true });
    const socket = await openGreeted();
    const before = Date.now();
    lab.step(200);
    const frame = await socket.until(isEvent('message'));
    const sentAt = readField(readField(readField(frame, 'message'), 'payload'), 'sentAt');
    expect(Number(sentAt)).toBeGreaterThanOrEqual(before - 1);
    expect(Number(sentAt)).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('stops a killed thread, holds a paused agent and halts when told to stop', () => {
    lab.step(500);
    const [thread] = [...lab.world.threads.values()].filter((each) => each.status === 'active');
    lab.control.kill(thread!.id);
    const messages = thread!.messageCount;
    lab.control.setPaused('planner', true);
    lab.step(500);
    expect(thread!.messageCount).toBe(messages);
    expect(lab.world.agents.get('planner')?.state).toBe('paused');
    expect(lab.world.agents.get('planner')?.queueDepth).toBeGreaterThan(0);
    lab.control.setPaused('planner', false);
    expect(lab.step(500)).toBeGreaterThanOrEqual(500);
    lab.control.stop();
    expect(lab.step(500)).toBe(0);
  });

  it('lets an agent answer what an operator injects', () => {
    const injected = lab.control.inject({ to: 'critic', payload: { a: 1 }, threadId: null });
    lab.step(3_000);
    const thread = lab.world.threads.get(injected!.threadId);
    expect(thread?.messageCount).toBeGreaterThan(1);
    expect(thread?.participants).toContain('api');
  });
});

describe('socket-dies-on-timestamps', () => {
  it('greets only before anything has a time; then opens and cuts without a frame', async () => {
    lab.setFault('socket-dies-on-timestamps', true);
    const early = await openGreeted();
    lab.step(10);
    const late = await open('/ws');
    expect(await late.closed).toEqual({ code: 1006, reason: '' });
    expect(late.frames).toEqual([]);
    await early.ping();
    expect(early.isOpen()).toBe(true);
    lab.setFault('socket-dies-on-timestamps', false);
    await openGreeted();
  });
});

describe('silent-drop', () => {
  beforeEach(() => lab.setFault('silent-drop', true));

  it('drops a socket at the first message, silently, and re-subscribing does not help', async () => {
    const socket = await openGreeted();
    lab.step(300);
    await socket.ping();
    const { length } = socket.frames;
    expect(countOf(socket, 'message')).toBe(0);
    socket.send({ cmd: 'subscribe' });
    await socket.until(isEvent('subscribed'));
    lab.step(300);
    await socket.ping();
    expect(socket.frames).toHaveLength(length + 1);
    expect(socket.isOpen()).toBe(true);
  });

  it('spares a socket whose filter lacks messages: it gets all the rest', async () => {
    const socket = await openGreeted();
    const events = ['agent_state', 'thread_created', 'thread_updated', 'error', 'reload'];
    socket.send({ cmd: 'subscribe', events });
    await socket.until(isEvent('subscribed'));
    lab.step(2_000);
    await socket.ping();
    for (const event of ['agent_state', 'thread_updated', 'error'] as const) {
      expect(countOf(socket, event)).toBe(lab.record.emitted[event]);
    }
  });

  it('drops /ws/messages too, and stops counting what it dropped', async () => {
    const dropped = await Promise.all(Array.from({ length: 10 }, () => open('/ws/messages')));
    await expect(open('/ws')).rejects.toBeInstanceOf(UpgradeRefused);
    lab.step(300);
    await openGreeted();
    await dropped[0]?.ping();
    expect(dropped.map((socket) => socket.frames.length)).toEqual(Array(10).fill(0));
  });
});

describe('zombie-sockets', () => {
  it.each(['{not json', Buffer.from([0, 1, 2])])('is deaf after %j, but open', async (bad) => {
    lab.setFault('zombie-sockets', true);
    const socket = await openGreeted();
    if (typeof bad === 'string') socket.sendText(bad);
    else socket.sendBytes(bad);
    socket.send({ cmd: 'subscribe' });
    await socket.ping();
    lab.step(300);
    await socket.ping();
    expect(socket.frames).toHaveLength(1);
    expect(socket.isOpen()).toBe(true);
  });

  it.each(['[1,2]', '"hi"', '{"cmd":"subscribe","agents":"planner"}'])(
    'is cut after %s',
    async (bad) => {
      lab.setFault('zombie-sockets', true);
      const socket = await openGreeted();
      socket.sendText(bad);
      expect((await socket.closed).code).toBe(1006);
    },
  );

  it('healthy: says so and stays alive', async () => {
    const socket = await openGreeted();
    for (const bad of ['{not json', '[1,2]', '{"cmd":"inject","to":"planner","payload":"text"}']) {
      socket.sendText(bad);
    }
    socket.send({ cmd: 'subscribe' });
    await socket.until(isEvent('subscribed'));
    expect(countOf(socket, 'error')).toBe(3);
    lab.step(300);
    await socket.until(isEvent('message'));
  });

  it('idling closes a healthy socket and deafens this one', async () => {
    await lab.stop();
    await startLab({ idleTimeoutMs: 30 });
    expect((await (await openGreeted()).closed).code).toBe(1000);
    lab.setFault('zombie-sockets', true);
    const zombie = await openGreeted();
    await expect.poll(() => lab.sockets()).toMatchObject({ open: 1, listed: 0 });
    lab.step(300);
    await zombie.ping();
    expect(zombie.frames).toHaveLength(1);
    expect(zombie.isOpen()).toBe(true);
  });
});

describe('admission', () => {
  it('admits 10 sockets of one address over both endpoints, then answers a bare 403', async () => {
    await Promise.all(Array.from({ length: 5 }, () => open('/ws')));
    const fifth = await Promise.all(Array.from({ length: 5 }, () => open('/ws/messages')));
    await expect(open('/ws')).rejects.toMatchObject({ status: 403 });
    fifth[0]?.close();
    await fifth[0]?.closed;
    await openGreeted();
  });

  it('admits 50 in all', async () => {
    for (let address = 2; address <= 6; address += 1) {
      const localAddress = `127.0.0.${address}`;
      await Promise.all(Array.from({ length: 10 }, () => open('/ws/messages', { localAddress })));
    }
    expect(lab.sockets().open).toBe(50);
    await expect(open('/ws', { localAddress: '127.0.0.9' })).rejects.toMatchObject({ status: 403 });
  });

  it('admission-403 admits nobody', async () => {
    lab.setFault('admission-403', true);
    await expect(open('/ws')).rejects.toMatchObject({ status: 403 });
    lab.setFault('admission-403', false);
    await openGreeted();
  });

  it('takes no compression, and any origin', async () => {
    const socket = await open('/ws', { headers: { Origin: 'http://elsewhere.example' } });
    await socket.until(isEvent('connected'));
    expect(socket.extensions).toBe('');
  });
});

describe('thread-per-hop', () => {
  it('opens a thread for each hop; few complete, the others stay active', async () => {
    lab.setFault('thread-per-hop', true);
    lab.step(5_000);
    const { emitted } = lab.record;
    expect(emitted.message / emitted.thread_created).toBeLessThan(3);
    const { total } = threadListSchema.parse(await getJson('/threads?status=active'));
    expect(total).toBeGreaterThan(emitted.thread_created / 2);
  });
});

describe('messages-twice', () => {
  it('records each hop when sent and when received: two ids, one payload', () => {
    lab.setFault('messages-twice', true);
    lab.step(5_000);
    const hops = new Map<string, number>();
    for (const message of lab.world.messages.newest()) {
      const hop = [message.threadId, message.from, message.to, message.payload.json].join('|');
      hops.set(hop, (hops.get(hop) ?? 0) + 1);
    }
    const twice = [...hops.values()].filter((count) => count % 2 === 0).length;
    expect(twice / hops.size).toBeGreaterThan(0.9);
    expect(new Set(lab.record.messageIds).size).toBe(lab.record.emitted.message);
  });
});

describe('no-thread-created', () => {
  it('keeps births and thread errors from sockets, not from REST', async () => {
    lab.setFault('no-thread-created', true);
    const socket = await openGreeted();
    lab.step(5_000);
    await socket.ping();
    expect(countOf(socket, 'thread_created') + countOf(socket, 'error')).toBe(0);
    expect(countOf(socket, 'thread_updated')).toBe(lab.record.emitted.thread_updated);
    const { threads } = threadListSchema.parse(await getJson('/threads?status=error'));
    expect(threads[0]?.error).toEqual(expect.any(String));
  });
});

describe('mixed-time-formats', () => {
  it('writes frames in every form seen, REST in one', async () => {
    lab.setFault('mixed-time-formats', true);
    const socket = await openGreeted();
    lab.step(300);
    await socket.ping();
    const forms = new Set(
      socket.frames
        .filter(isEvent('message'))
        .map((frame) => String(readField(readField(frame, 'message'), 'timestamp')))
        .map((time) => time.replace(/\d+/g, '0')),
    );
    expect([...forms].sort()).toEqual([
      '0-0-0 0:0:0.0+0:0',
      '0-0-0T0:0:0.0',
      '0-0-0T0:0:0.0+0:0',
      '0-0-0T0:0:0.0Z',
    ]);
    const { messages } = messageListSchema.parse(await getJson('/messages'));
    expect(new Set(messages.map((each) => each.timestamp.replace(/\d+/g, '0'))).size).toBe(1);
  });
});

describe('bare-nan', () => {
  it('puts bare NaN and Infinity into frames, null into REST', async () => {
    lab.setFault('bare-nan', true);
    const socket = await open('/ws/messages');
    lab.step(3_000);
    await socket.ping();
    const bare = socket.texts.filter((text) => text.includes('NaN'));
    expect(bare.length).toBeGreaterThan(0);
    expect(socket.texts.length - socket.frames.length).toBe(bare.length);
    expect(socket.texts).toHaveLength(lab.record.emitted.message);
    const { messages } = messageListSchema.parse(await getJson('/messages?limit=100'));
    expect(messages.length).toBe(100);
  });
});

describe('usage-stored-late', () => {
  const history = async (query = '') =>
    usageHistorySchema.parse(await getJson(`/usage/history?limit=1${query}`));

  it('stores nothing before the first reader, then a second late', async () => {
    lab.setFault('usage-stored-late', true);
    lab.step(1_000);
    const lost = lab.record.emitted.usage;
    expect((await history()).total).toBe(0);
    lab.step(1_000);
    const booked = lab.record.emitted.usage - lost;
    expect((await history()).total).toBe(0);
    nowMs += 1_500;
    expect((await history()).total).toBe(booked);
    const { usage } = Object(await getJson('/usage')) as {
      usage: { totals: { requestCount: number } };
    };
    expect(usage.totals.requestCount).toBe(lost + booked);
  });

  it('stores nothing after a reset until a restart; healthy goes on', async () => {
    for (const isOn of [true, false]) {
      lab.setFault('usage-stored-late', isOn);
      await history();
      lab.step(500);
      nowMs += 1_500;
      const { total } = await history();
      lab.control.resetUsage();
      lab.step(500);
      nowMs += 1_500;
      const after = (await history()).total;
      expect(after > total).toBe(!isOn);
      await lab.restart();
      await history();
      lab.step(500);
      nowMs += 1_500;
      expect((await history()).total).toBeGreaterThan(after);
    }
  });
});

describe('schema-500 and queue-depth-zero', () => {
  it('fail and hide what a healthy build shows', async () => {
    lab.step(2_000);
    const depth = async () => {
      const { agents } = Object(await getJson('/agents')) as { agents: { queueDepth: number }[] };
      return agents.reduce((sum, agent) => sum + agent.queueDepth, 0);
    };
    expect(await depth()).toBeGreaterThan(0);
    lab.setFault('queue-depth-zero', true);
    expect(await depth()).toBe(0);
    lab.setFault('schema-500', true);
    const answer = await fetch(`${url}/api/v1/agents/planner/schema`);
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
    expect(await getJson('/capabilities/planner')).toMatchObject({ schemaXsd: null });
  });
});

describe('control-only-records', () => {
  it('pause, kill and stop change the record; the pump goes on', () => {
    lab.setFault('control-only-records', true);
    lab.step(500);
    const [thread] = [...lab.world.threads.values()].filter((each) => each.status === 'active');
    lab.control.kill(thread!.id);
    lab.control.setPaused('planner', true);
    lab.control.stop();
    const messages = thread!.messageCount;
    lab.step(3_000);
    expect(lab.world.status()).toBe('stopping');
    expect(lab.world.agents.get('planner')?.state).not.toBe('paused');
    expect(thread!.messageCount).toBeGreaterThan(messages);
  });
});

describe('restart', () => {
  it('closes sockets with 1012 and keeps nothing but the usage history and the port', async () => {
    const socket = await openGreeted();
    lab.step(3_000);
    const before = usageHistorySchema.parse(await getJson('/usage/history?limit=1'));
    expect(before.total).toBeGreaterThan(0);
    nowMs += 60_000;
    await lab.restart();
    expect(await socket.closed).toEqual({ code: 1012, reason: '' });
    expect(await getJson('/organism')).toMatchObject({
      uptimeSeconds: expect.closeTo(0, 0),
      activeThreads: 0,
      totalMessages: 0,
    });
    expect(await getJson('/threads')).toMatchObject({ threads: [], total: 0 });
    expect(await getJson('/usage/threads')).toMatchObject({ threads: [] });
    expect(await getJson('/usage')).toMatchObject({ usage: { totals: { requestCount: 0 } } });
    expect(await getJson('/usage/history?limit=1')).toEqual(before);
    lab.step(100);
    const first = [...lab.world.messages.newest()].at(-1);
    expect(first?.slotIndex).toBe(1);
    const after = usageHistorySchema.parse(await getJson('/usage/history?limit=1'));
    expect(after.events[0]?.id).toBeGreaterThan(before.events[0]?.id ?? Infinity);
  });
});
