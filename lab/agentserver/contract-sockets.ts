import { expect, it } from 'vitest';

import { messageInfoSchema, messageListSchema } from '#organism/agentserver/entities.ts';
import { socketEventSchema, type SocketEvent } from '#organism/agentserver/socket.ts';

import { objectWith } from './contract-expect.ts';
import {
  isEvent,
  openContractSocket,
  readField,
  UpgradeRefused,
  type ContractSocket,
} from './contract-socket.ts';
import type { SuiteContext } from './contract-suite.ts';

const EVENTS = 400;

type MessageEvent = Extract<SocketEvent, { event: 'message' }>;

export function itGreetsAndPushes({ client, target }: SuiteContext): void {
  it('/ws greets with a snapshot of at most 100 threads', async () => {
    const socket = await openControl(target);
    const greeting = socketEventSchema.parse(await socket.until(isEvent('connected')));
    expect(socket.frames).toHaveLength(1);
    if (greeting.event !== 'connected') throw new Error('not a greeting');
    expect(greeting.agents.length).toBe(greeting.organism.agentCount);
    expect(greeting.threads.length).toBeGreaterThan(0);
    expect(greeting.threads.length).toBeLessThanOrEqual(100);
    expect(greeting.agents.map((agent) => agent.name)).toContain(target().knows.agent);
    socket.close();
  });

  it('/ws pushes every message once, and nothing that does not fit the contract', async () => {
    const socket = await openControl(target);
    await target().advance(EVENTS);
    const newest = await newestMessageId(client());
    await socket.until((frame) => messageOf(frame)?.id === newest);
    const events = socket.frames
      .filter(isOfContract)
      .map((frame) => socketEventSchema.parse(frame));
    const ids = events.filter((event) => event.event === 'message').map((each) => each.message.id);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    const page = await client().read(messageListSchema, '/messages?limit=20');
    expect(ids.slice(-20).reverse()).toEqual(page.messages.map((message) => message.id));
    const kinds = new Set(events.map((event) => event.event));
    for (const kind of ['connected', 'agent_state', 'message', 'thread_created'] as const) {
      expect(kinds).toContain(kind);
    }
    socket.close();
  });
}

export function itFilters({ client, target }: SuiteContext): void {
  /** Subscribes, lets things happen, and gives what came after the reply. */
  async function collect(filters: Record<string, unknown>): Promise<SocketEvent[]> {
    const watcher = await openControl(target);
    const socket = await openControl(target);
    await socket.until(isEvent('connected'));
    socket.send({ cmd: 'subscribe', ...filters });
    const reply = await socket.until(isEvent('subscribed'));
    expect(reply).toEqual({
      event: 'subscribed',
      filters: objectWith(withoutNulls(filters)),
    });
    const before = socket.frames.length;
    await target().advance(EVENTS);
    const newest = await newestMessageId(client());
    await watcher.until((frame) => messageOf(frame)?.id === newest);
    await answered(socket);
    watcher.close();
    socket.close();
    return socket.frames
      .slice(before)
      .filter(isOfContract)
      .map((frame) => socketEventSchema.parse(frame))
      .filter(isNews);
  }

  it('events: by name', async () => {
    const events = await collect({ events: ['agent_state', 'thread_updated'] });
    const kinds = new Set(events.map((event) => event.event));
    expect(kinds).toEqual(new Set(['agent_state', 'thread_updated']));
  });

  it('agents: the event’s agent, or either end of a message', async () => {
    const { agent } = target().knows;
    const events = await collect({ agents: [agent], events: ['agent_state', 'message'] });
    const messages = events.filter((event): event is MessageEvent => event.event === 'message');
    expect(messages.length).toBeGreaterThan(0);
    for (const { message } of messages) expect([message.from, message.to]).toContain(agent);
    const states = events.filter((event) => event.event === 'agent_state');
    for (const state of states) expect(state.agent).toBe(agent);
  });

  it('payload_types: only messages', async () => {
    const wanted = 'PlanRequest';
    const events = await collect({ payload_types: [wanted] });
    const types = events
      .filter((event): event is MessageEvent => event.event === 'message')
      .map((event) => event.message.payloadType);
    expect(new Set(types)).toEqual(new Set([wanted]));
    expect(events.some((event) => event.event === 'agent_state')).toBe(true);
  });

  it('threads: the event’s thread', async () => {
    const events = await collect({ threads: ['no-such-thread'] });
    const kinds = new Set(events.map((event) => event.event));
    for (const kind of ['message', 'thread_created', 'thread_updated'] as const) {
      expect(kinds).not.toContain(kind);
    }
  });

  it('null means no filter', async () => {
    const filters = { threads: null, agents: null, payload_types: null, events: null };
    const kinds = new Set((await collect(filters)).map((event) => event.event));
    expect(kinds).toContain('message');
    expect(kinds).toContain('agent_state');
  });
}

export function itTakesCommands({ target }: SuiteContext): void {
  it('refuses an unknown command and stays open', async () => {
    const socket = await openControl(target);
    socket.send({ cmd: 'dance' });
    expect(await socket.until(isEvent('error'))).toEqual({
      event: 'error',
      error: 'Unknown command: dance',
    });
    await answered(socket);
    expect(socket.isOpen()).toBe(true);
    socket.close();
  });

  it('injects with the token: the reply names the message that is pushed', async () => {
    const socket = await openControl(target);
    const command = { cmd: 'inject', to: target().knows.agent, payload: { goal: { n: 1 } } };
    socket.send({ ...command, token: target().key, thread_id: 'thread-chosen-by-client' });
    const injected = socketEventSchema.parse(await socket.until(isEvent('injected')));
    if (injected.event !== 'injected') throw new Error('not the reply');
    expect(injected.thread_id).toBe('thread-chosen-by-client');
    const pushed = await socket.until((frame) => messageOf(frame)?.id === injected.message_id);
    expect(messageOf(pushed)).toMatchObject({
      threadId: 'thread-chosen-by-client',
      from: 'api',
      to: target().knows.agent,
      payloadType: 'goal',
      payload: command.payload,
    });
    socket.close();
  });

  it('refuses to inject without the token, with a wrong one, or to nobody', async () => {
    const { agent } = target().knows;
    for (const token of [undefined, 'wrong-key']) {
      const socket = await openControl(target);
      socket.send({ cmd: 'inject', to: agent, payload: {}, token });
      const refusal = await socket.until(isEvent('error'));
      expect(refusal).toMatchObject({ error: 'Authentication required for inject' });
      socket.close();
    }
    const socket = await openControl(target);
    socket.send({ cmd: 'inject', to: 'nobody', payload: {}, token: target().key });
    expect(await socket.until(isEvent('error'))).toMatchObject({ error: 'Unknown agent: nobody' });
    socket.close();
  });
}

export function itStreamsMessages({ client, target }: SuiteContext): void {
  it('/ws/messages sends no snapshot, then bare messages', async () => {
    const socket = await openContractSocket(`${target().baseUrl}/ws/messages`);
    socket.send({ cmd: 'subscribe', filter: {} });
    expect(await socket.until(isEvent('subscribed'))).toEqual({ event: 'subscribed', filter: {} });
    expect(socket.frames).toHaveLength(1);
    await target().advance(EVENTS);
    const newest = await newestMessageId(client());
    await socket.until((frame) => readField(frame, 'id') === newest);
    const messages = socket.frames.slice(1).map((frame) => messageInfoSchema.parse(frame));
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
    socket.close();
  });

  it('/ws/messages filters, and knows no other command', async () => {
    const { tool } = target().knows;
    const socket = await openContractSocket(`${target().baseUrl}/ws/messages`);
    const filter = { agents: [tool] };
    socket.send({ cmd: 'subscribe', filter });
    expect(await socket.until(isEvent('subscribed'))).toEqual({ event: 'subscribed', filter });
    await target().advance(EVENTS);
    const isMessage = (frame: unknown) => readField(frame, 'payloadType') !== undefined;
    await socket.until(isMessage);
    for (const frame of socket.frames.filter(isMessage)) {
      const { from, to } = messageInfoSchema.parse(frame);
      expect([from, to]).toContain(tool);
    }
    socket.send({ cmd: 'inject', to: tool, payload: {} });
    expect(await socket.until(isEvent('error'))).toMatchObject({
      error: 'Unknown command: inject',
    });
    socket.close();
  });

  it('refuses to upgrade an unknown path', async () => {
    const refused = await openContractSocket(`${target().baseUrl}/ws/nope`).catch(
      (cause: unknown) => cause,
    );
    expect(refused).toBeInstanceOf(UpgradeRefused);
  });
}

function openControl(target: SuiteContext['target']): Promise<ContractSocket> {
  return openContractSocket(`${target().baseUrl}/ws`);
}

/** A command's reply: what the server pushed before it has arrived too. */
async function answered(socket: ContractSocket): Promise<void> {
  const marker = `ping-${socket.frames.length}`;
  socket.send({ cmd: marker });
  await socket.until((frame) => readField(frame, 'error') === `Unknown command: ${marker}`);
}

/** The newest message once two readings agree: a journal may still be taking them in. */
async function newestMessageId(client: ReturnType<SuiteContext['client']>): Promise<string> {
  let last = '';
  while (true) {
    const { messages } = await client.read(messageListSchema, '/messages?limit=1');
    const id = messages[0]?.id ?? '';
    if (id === last && id !== '') return id;
    last = id;
  }
}

function messageOf(frame: unknown): MessageEvent['message'] | null {
  const event = socketEventSchema.safeParse(frame);
  return event.success && event.data.event === 'message' ? event.data.message : null;
}

/** A server may push events of further names; what bears a name of the contract must fit it. */
function isOfContract(frame: unknown): boolean {
  const name = readField(frame, 'event');
  return socketEventSchema.options.some((option) => option.shape.event.value === name);
}

/** The marker's own reply is no news. */
function isNews(event: SocketEvent): boolean {
  const isReply = event.event === 'error' && event.error.startsWith('Unknown command: ping-');
  return !isReply && event.event !== 'subscribed';
}

function withoutNulls(filters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== null));
}
