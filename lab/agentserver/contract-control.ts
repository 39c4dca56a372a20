import { expect, it, vi } from 'vitest';
import { z } from 'zod';

import {
  agentInfoSchema,
  messageListSchema,
  organismInfoSchema,
  threadInfoSchema,
} from '#organism/agentserver/entities.ts';

import { anyText } from './contract-expect.ts';
import type { SuiteContext } from './contract-suite.ts';

const injectedSchema = z.object({ threadId: z.string(), messageId: z.string() });

/** A control's effect may take its way through a journal before REST shows it. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000 });

const POSTS = [
  '/inject',
  '/threads/nope/kill',
  '/agents/nobody/pause',
  '/agents/nobody/resume',
  '/organism/reload',
  '/organism/stop',
  '/usage/reset',
] as const;

export function itGuardsControl({ client }: SuiteContext): void {
  it.each(POSTS)('POST %s without a key is 401, with a wrong one 403', async (path) => {
    const none = await client().post(path, { authorization: null });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect(none.body).toEqual({ detail: anyText });
    const basic = await client().post(path, { authorization: 'Basic dXNlcjpwYXNz' });
    expect(basic.status).toBe(401);
    const wrong = await client().post(path, { authorization: 'Bearer wrong-key' });
    expect(wrong.status).toBe(403);
    expect(wrong.body).toEqual({ detail: anyText });
  });

  it('takes the scheme in any case, and the key before the body', async () => {
    const path = '/inject';
    const bad = { rawBody: '{oops' };
    expect((await client().post(path, { ...bad, authorization: null })).status).toBe(401);
    expect((await client().post(path, bad)).status).toBe(422);
  });
}

export function itInjects({ client, target }: SuiteContext): void {
  it('POST /inject records a message from the api, in a thread of its own', async () => {
    const { agent } = target().knows;
    const payload = { PlanRequest: { goal: 'Résumé 日本' } };
    const answer = await client().post('/inject', { body: { to: agent, payload } });
    expect(answer.status).toBe(200);
    const { threadId, messageId } = injectedSchema.parse(answer.body);
    await eventually(async () => {
      const { messages } = await client().read(messageListSchema, '/messages?agent=api');
      expect(messages.find((message) => message.id === messageId)).toMatchObject({
        threadId,
        from: 'api',
        to: agent,
        payloadType: 'PlanRequest',
        payload,
      });
    });
  });

  it('POST /inject goes into a given thread; an empty payload is called Payload', async () => {
    const { agent } = target().knows;
    const first = await client().post('/inject', { body: { to: agent, payload: { a: 1 } } });
    const { threadId } = injectedSchema.parse(first.body);
    const body = { to: agent, payload: {}, threadId };
    const second = injectedSchema.parse((await client().post('/inject', { body })).body);
    expect(second.threadId).toBe(threadId);
    await eventually(async () => {
      const path = `/threads/${threadId}/messages`;
      const { messages } = await client().read(messageListSchema, path);
      expect(messages.find((message) => message.id === second.messageId)).toMatchObject({
        payloadType: 'Payload',
        payload: {},
      });
    });
  });

  it('POST /inject refuses an unknown target with 400', async () => {
    const answer = await client().post('/inject', { body: { to: 'nobody', payload: {} } });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ detail: 'Unknown target agent: nobody' });
  });

  it('POST /inject refuses a bad body with 422 and where it is bad', async () => {
    const { agent } = target().knows;
    const cases = [
      [{ body: { to: agent } }, { type: 'missing', loc: ['body', 'payload'] }],
      [{ body: { payload: {} } }, { type: 'missing', loc: ['body', 'to'] }],
      [
        { body: { to: agent, payload: 'text' } },
        { type: 'dict_type', loc: ['body', 'payload'], input: 'text' },
      ],
      [{}, { type: 'missing', loc: ['body'] }],
      [{ rawBody: '{oops' }, { type: 'json_invalid' }],
    ] as const;
    for (const [options, issue] of cases) {
      const answer = await client().post('/inject', options);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ detail: [{ msg: anyText, ...issue }] });
    }
  });
}

export function itControls({ client, target }: SuiteContext): void {
  it('POST /agents/{name}/pause and /resume', async () => {
    const { agent } = target().knows;
    const path = `/agents/${agent}`;
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['pause', 'paused'],
      ['resume', 'idle'],
    ] as const) {
      const answer = await client().post(`${path}/${verb}`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ success: true, agent, state });
      await eventually(async () => {
        expect((await client().read(agentInfoSchema, path)).state).toBe(state);
      });
    }
    for (const verb of ['pause', 'resume']) {
      const unknown = await client().post(`/agents/nobody/${verb}`);
      expect(unknown.status).toBe(404);
      expect(unknown.body).toEqual({ detail: 'Agent not found: nobody' });
    }
  });

  it('POST /threads/{id}/kill, again too', async () => {
    const { thread } = target().knows;
    for (let round = 0; round < 2; round += 1) {
      const answer = await client().post(`/threads/${thread}/kill`);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ success: true, threadId: thread });
    }
    await eventually(async () => {
      const info = await client().read(threadInfoSchema, `/threads/${thread}`);
      expect(info.status).toBe('killed');
    });
    const unknown = await client().post('/threads/nope/kill');
    expect(unknown.status).toBe(404);
    expect(unknown.body).toEqual({ detail: 'Thread not found: nope' });
  });
}

export function itControlsTheOrganism({ client }: SuiteContext): void {
  it('POST /usage/reset', async () => {
    const answer = await client().post('/usage/reset');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, message: anyText });
  });

  it('POST /organism/reload says what changed', async () => {
    const answer = await client().post('/organism/reload');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      success: true,
      added: ['archivist'],
      removed: ['notifier'],
      updated: ['critic'],
    });
    await eventually(async () => {
      expect((await client().get('/agents/archivist')).status).toBe(200);
      expect((await client().get('/agents/notifier')).status).toBe(404);
    });
  });

  it('POST /organism/stop begins to stop', async () => {
    const answer = await client().post('/organism/stop');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, status: 'stopping' });
    await eventually(async () => {
      const { status } = await client().read(organismInfoSchema, '/organism');
      expect(status).toBe('stopping');
    });
  });
}
