import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { commandListSchema } from '#organism/api/resources.ts';

import { sessionCookieName } from '../safety/session.ts';
import { agentEvent, messageEvent } from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { TEST_KEY, openTestApi } from './test-kit.ts';

let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi();
  await kit.emit([
    agentEvent('planner'),
    agentEvent('gone', { isRemoved: true }),
    messageEvent('m1'),
  ]);
});
afterAll(() => kit.close());
beforeEach(() => {
  kit.sent.length = 0;
  kit.demo = 'available';
  kit.answer = { kind: 'answered', status: 200, body: { success: true } };
});

/** The newest audit rows, and how many there are. */
async function readAudit(): Promise<{ commands: unknown[]; total: number }> {
  const { body } = await kit.get('/api/v1/commands');
  return commandListSchema.parse(body);
}

const COMMANDS: [string, unknown, object][] = [
  [
    '/api/v1/inject',
    { to: 'planner', payload: { goal: 'Résumé 日本' } },
    { kind: 'inject', to: 'planner', payload: { goal: 'Résumé 日本' }, threadId: null },
  ],
  [
    '/api/v1/inject',
    { to: 'planner', payload: {}, threadId: 't-9' },
    { kind: 'inject', to: 'planner', payload: {}, threadId: 't-9' },
  ],
  ['/api/v1/threads/thread-1/kill', undefined, { kind: 'kill', threadId: 'thread-1' }],
  ['/api/v1/agents/planner/pause', undefined, { kind: 'pause', agent: 'planner' }],
  ['/api/v1/agents/planner/resume', undefined, { kind: 'resume', agent: 'planner' }],
  ['/api/v1/organism/reload', undefined, { kind: 'reload' }],
  ['/api/v1/organism/stop', undefined, { kind: 'stop' }],
];

describe('commands', () => {
  it.each(COMMANDS)(
    'POST %s %j goes to the source once, and its answer comes back',
    async (path, body, command) => {
      kit.answer = { kind: 'answered', status: 200, body: { odd: ['as', 'it', 'came'] } };
      expect(await kit.post(path, body)).toMatchObject({
        status: 200,
        body: { odd: ['as', 'it', 'came'] },
      });
      expect(kit.sent).toEqual([command]);
      const { kind } = command as { kind: string };
      expect((await readAudit()).commands[0]).toMatchObject({
        command: kind,
        actor: 'key',
        organismId: 'one',
        outcome: 'answered',
        status: 200,
      });
    },
  );

  it('bring a refusal back verbatim', async () => {
    kit.answer = { kind: 'answered', status: 500, body: { detail: 'organism.yaml: line 12' } };
    expect(await kit.post('/api/v1/organism/reload')).toMatchObject({
      status: 500,
      body: { detail: 'organism.yaml: line 12' },
    });
    expect((await readAudit()).commands[0]).toMatchObject({ outcome: 'refused', status: 500 });
  });

  it.each([
    [204, 204],
    [304, 304],
    [600, 502],
  ])(
    'pass on status %i, where a body or the status itself cannot be, as %i',
    async (said, told) => {
      kit.answer = { kind: 'answered', status: said, body: '' };
      const answer = await fetch(`${kit.url}/api/v1/organism/stop`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}` },
      });
      expect(answer.status).toBe(told);
      expect(kit.sent).toHaveLength(1);
      expect((await readAudit()).commands[0]).toMatchObject({ status: said });
    },
  );

  it('that could not be sent say so', async () => {
    kit.answer = { kind: 'not-sent', reason: 'no connection' };
    expect(await kit.post('/api/v1/organism/stop')).toMatchObject({
      status: 503,
      body: { detail: 'Not sent: no connection' },
    });
    expect((await readAudit()).commands[0]).toMatchObject({ outcome: 'refused', status: 503 });
  });

  it('of unknown outcome say unknown and are not sent again', async () => {
    kit.answer = { kind: 'unknown', reason: 'the socket closed' };
    expect(await kit.post('/api/v1/organism/stop')).toMatchObject({
      status: 504,
      body: { outcome: 'unknown' },
    });
    expect(kit.sent).toHaveLength(1);
    expect((await readAudit()).commands[0]).toMatchObject({ outcome: 'unknown', status: 504 });
  });

  it('are not sent when they cannot be recorded', async () => {
    const closed = await openTestApi();
    await closed.store.close();
    expect((await closed.post('/api/v1/organism/stop')).status).toBe(503);
    expect(closed.sent).toEqual([]);
    await closed.close();
  });

  it.each([
    ['/api/v1/inject', { to: 'nobody', payload: {} }, 400, 'Unknown target agent: nobody'],
    ['/api/v1/inject', { to: 'gone', payload: {} }, 400, 'Unknown target agent: gone'],
    ['/api/v1/threads/nope/kill', undefined, 404, 'Thread not found: nope'],
    ['/api/v1/agents/nobody/pause', undefined, 404, 'Agent not found: nobody'],
    ['/api/v1/agents/gone/resume', undefined, 404, 'Agent not found: gone'],
    ['/api/v1/organism/stop?organism=two', undefined, 404, 'Organism not found: two'],
  ])('POST %s %j is refused before it is sent', async (path, body, status, detail) => {
    const before = await readAudit();
    expect(await kit.post(path, body)).toMatchObject({ status, body: { detail } });
    expect(kit.sent).toEqual([]);
    expect(await readAudit()).toEqual(before);
  });

  it.each([
    [undefined, { type: 'missing', loc: ['body'], input: null }],
    ['{oops', { type: 'json_invalid', loc: ['body', 0] }],
    [{ to: 'planner' }, { type: 'missing', loc: ['body', 'payload'], input: { to: 'planner' } }],
    [{ payload: {} }, { type: 'missing', loc: ['body', 'to'] }],
    [
      { to: 'planner', payload: 'text' },
      { type: 'dict_type', loc: ['body', 'payload'], input: 'text' },
    ],
    [
      { to: 7, payload: {} },
      { type: 'string_type', loc: ['body', 'to'], input: 7 },
    ],
  ])('POST /inject %j is 422', async (body, issue) => {
    expect(await kit.post('/api/v1/inject', body)).toMatchObject({
      status: 422,
      body: { detail: [issue] },
    });
  });

  it('want the key, before anything is looked at', async () => {
    const none = await kit.post('/api/v1/inject', { nope: 1 }, {});
    expect(none).toMatchObject({ status: 401, body: { detail: 'Authentication required' } });
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    for (const [authorization, status] of [
      ['Bearer wrong', 403],
      ['Basic dXNlcjpwYXNz', 401],
      [`bearer ${TEST_KEY}`, 422],
    ] as const) {
      expect((await kit.post('/api/v1/inject', { nope: 1 }, { authorization })).status).toBe(
        status,
      );
    }
    expect(kit.sent).toEqual([]);
  });
});

describe('sessions', () => {
  const cookieOf = (answer: { headers: Headers }): string =>
    (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

  const pageHeaders = (cookie: string): Record<string, string> => ({
    cookie,
    origin: kit.url,
    'x-organoscope': '1',
    'content-type': 'application/json',
  });

  it('begin with the login link, once', async () => {
    const link = `/login?token=${kit.sessions.issueToken()}`;
    const ahead = await kit.get(link, { 'sec-purpose': 'prefetch' });
    expect(ahead.status).toBe(204);
    const answer = await kit.get(link);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/');
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict; Path=\//);
    expect((await kit.get(link)).status).toBe(403);
    expect((await kit.get('/login')).status).toBe(403);

    const cookie = cookieOf(answer);
    expect(cookie.startsWith(`${sessionCookieName(kit.port)}=`)).toBe(true);
    expect((await kit.get('/api/v1/session', { cookie })).body).toMatchObject({ canControl: true });
    const paused = await kit.post('/api/v1/agents/planner/pause', {}, pageHeaders(cookie));
    expect(paused.status).toBe(200);
    expect((await readAudit()).commands[0]).toMatchObject({ actor: 'session' });
  });

  it('begin by showing the key', async () => {
    const wrong = await kit.post('/login', { key: 'wrong' }, {});
    expect(wrong).toMatchObject({ status: 403, body: { detail: 'Invalid API key' } });
    const answer = await kit.post('/login', { key: TEST_KEY }, {});
    expect(answer.status).toBe(204);
    const { body } = await kit.get('/api/v1/session', { cookie: cookieOf(answer) });
    expect(body).toMatchObject({ canControl: true });
  });

  it('end', async () => {
    const cookie = `${sessionCookieName(kit.port)}=${kit.sessions.open()}`;
    const answer = await kit.post('/api/v1/session/logout', undefined, pageHeaders(cookie));
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await kit.get('/api/v1/session', { cookie })).body).toMatchObject({
      canControl: false,
    });
    expect((await kit.post('/api/v1/organism/stop', {}, pageHeaders(cookie))).status).toBe(401);
  });

  it('cannot be ridden from another page', async () => {
    const cookie = `${sessionCookieName(kit.port)}=${kit.sessions.open()}`;
    const complete = pageHeaders(cookie);
    const forgeries = [
      { ...complete, origin: 'http://localhost:3000' },
      { ...complete, origin: 'null' },
      { cookie, 'content-type': 'text/plain', origin: kit.url },
      { cookie, 'x-organoscope': '1', 'content-type': 'application/json' },
    ];
    for (const headers of forgeries) {
      expect((await kit.post('/api/v1/organism/stop', '{}', headers)).status).toBe(403);
    }
    expect(kit.sent).toEqual([]);
  });

  it('tell what runs here', async () => {
    expect((await kit.get('/api/v1/session')).body).toEqual({
      canControl: false,
      version: '0.1.0',
      priceVersion: 'prices-1',
      catalogueVersion: 'catalogue-1',
      epoch: kit.store.epoch,
      demo: 'available',
    });
  });
});

describe('the demo', () => {
  it('starts once, by someone who may', async () => {
    expect((await kit.post('/api/v1/demo', undefined, {})).status).toBe(401);
    const { total } = await readAudit();
    expect(await kit.post('/api/v1/demo')).toMatchObject({
      status: 200,
      body: { demo: 'running' },
    });
    expect(await kit.post('/api/v1/demo')).toMatchObject({
      status: 200,
      body: { demo: 'running' },
    });
    const audit = await readAudit();
    expect(audit.total).toBe(total + 1);
    expect(audit.commands[0]).toMatchObject({ command: 'demo', outcome: 'answered' });
  });

  it('says when it is not here', async () => {
    kit.demo = 'unavailable';
    expect((await kit.post('/api/v1/demo')).status).toBe(503);
  });
});

describe('sources', () => {
  it('count what they brought, and name the last reject', async () => {
    await kit.emit(
      [
        {
          type: 'source_status',
          key: 'status-1',
          occurredAt: 5,
          receivedAt: 5,
          state: 'polling',
          since: 4,
          socketMode: 'all-but-messages',
          notices: ['the socket drops messages'],
        },
      ],
      {
        rejects: [
          { reason: 'invalid-json', detail: 'NaN at 7', sample: '{"a":NaN}', receivedAt: 6 },
        ],
        redactions: { 'api-key': 2 },
      },
    );
    const { body } = await kit.get('/api/v1/sources');
    expect(body).toMatchObject({
      count: 1,
      sources: [
        {
          name: 'one-source',
          kind: 'agentserver',
          state: 'polling',
          since: 4,
          socketMode: 'all-but-messages',
          notices: ['the socket drops messages'],
          counts: { received: 5, accepted: 4, duplicate: 0, rejected: 1 },
          lastReject: { reason: 'invalid-json', detail: 'NaN at 7' },
          redactions: { 'api-key': 2 },
        },
      ],
    });
    const rejects = await kit.get('/api/v1/sources/one-source/rejects');
    expect(rejects.body).toMatchObject({ total: 1, rejects: [{ sample: '{"a":NaN}' }] });
  });
});
