import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { ACCESS_TABLE } from './access-table.ts';
import type { Need } from './access.ts';
import { createAccess } from './access.ts';
import { createGuard, isApiPath } from './guard.ts';
import { createHostGuard } from './host-guard.ts';
import { createOriginGuard } from './origin-guard.ts';
import { createSessions, sessionCookieName } from './session.ts';

const KEY = 'the-control-key-of-this-test';
const PORT = 4319;
const EVENTS = '/api/v1/events';
const ORIGIN = `http://localhost:${PORT}`;

function setUp({ isLoopbackBound = true } = {}) {
  const sessions = createSessions({ elapsed: () => 0 });
  const guard = createGuard({
    access: createAccess({ key: { value: KEY }, sessions, isLoopbackBound, port: () => PORT }),
    isHostAllowed: createHostGuard([]),
    isOriginAllowed: createOriginGuard({ allowed: [], port: () => PORT }),
  });
  return { guard, sessions };
}

function request(
  method: string,
  url: string,
  headers: Record<string, string | string[]> = {},
): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  req.method = method;
  req.url = url;
  const all: Record<string, string | string[]> = { host: `localhost:${PORT}`, ...headers };
  req.rawHeaders = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
  req.headers = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, [value].flat()[0]]),
  );
  req.headersDistinct = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, [value].flat()]),
  );
  return req;
}

const statusOf = (verdict: { ok: boolean; status?: number }): number =>
  verdict.ok ? 200 : (verdict.status ?? 0);

describe('guard: transport', () => {
  const { guard } = setUp();
  const paths = ['/', '/threads', '/api/v1/agents', '/healthz', '/_next/static/a.js'];

  it.each(paths)('refuses a foreign Host on %s', (path) => {
    expect(statusOf(guard.guardRequest(request('GET', path)))).toBe(200);
    const rebound = request('GET', path, { host: 'evil.example' });
    expect(statusOf(guard.guardRequest(rebound))).toBe(403);
  });

  it.each(['http://localhost/', '*', '//evil.example/', '/\\evil.example', ''])(
    'refuses the request target %j',
    (target) => {
      expect(statusOf(guard.guardRequest(request('GET', target)))).toBe(400);
    },
  );

  it('refuses two Host headers', () => {
    const two = request('GET', '/', { host: ['localhost', 'localhost'] });
    expect(statusOf(guard.guardRequest(two))).toBe(403);
  });

  it.each(['null', 'http://evil.example', 'http://localhost:3000', 'http://localhost:4319/'])(
    'refuses an upgrade and a change from the Origin %s',
    (origin) => {
      const upgrade = request('GET', '/ws', { origin, upgrade: 'websocket' });
      expect(statusOf(guard.guardRequest(upgrade))).toBe(403);
      const change = request('POST', '/api/v1/organism/stop', {
        origin,
        authorization: `Bearer ${KEY}`,
      });
      expect(statusOf(guard.guardRequest(change))).toBe(403);
    },
  );

  it('takes an upgrade from our own page and from no page', () => {
    const own = request('GET', '/ws', { origin: ORIGIN, upgrade: 'websocket' });
    expect(guard.guardRequest(own).ok).toBe(true);
    expect(guard.guardRequest(request('GET', '/ws', { upgrade: 'websocket' })).ok).toBe(true);
  });

  it('refuses an encoded body', () => {
    const authorization = `Bearer ${KEY}`;
    const gzip = request('POST', '/api/v1/inject', { 'content-encoding': 'gzip', authorization });
    expect(statusOf(guard.guardRequest(gzip))).toBe(415);
  });

  it('asks for the key before it says how a body may be packed', () => {
    const { guard: remote } = setUp({ isLoopbackBound: false });
    const packed = (headers: Record<string, string>) =>
      statusOf(
        remote.guardRequest(request('POST', EVENTS, { 'content-encoding': 'br', ...headers })),
      );
    expect(packed({})).toBe(401);
    expect(packed({ authorization: `Bearer ${KEY}` })).toBe(415);
  });

  it('takes a packed body of events only, and one layer of it', () => {
    const packed = (encoding: string) =>
      statusOf(guard.guardRequest(request('POST', EVENTS, { 'content-encoding': encoding })));
    for (const known of ['gzip', 'GZip', 'x-gzip', 'deflate', 'identity']) {
      expect([known, packed(known)]).toEqual([known, 200]);
    }
    expect(['gzip, gzip', 'br', 'zstd', 'snappy'].map(packed)).toEqual([415, 415, 415, 415]);
  });

  it('takes events from no page and from our own, keyless on loopback', () => {
    const from = (headers: Record<string, string>) =>
      statusOf(guard.guardRequest(request('POST', EVENTS, headers)));
    expect(from({})).toBe(200);
    expect(from({ origin: ORIGIN })).toBe(200);
    expect(from({ origin: 'http://evil.example' })).toBe(403);
    expect(from({ origin: 'null' })).toBe(403);
  });

  it('lets nobody change anything on a page', () => {
    const post = request('POST', '/threads', { authorization: `Bearer ${KEY}` });
    expect(statusOf(guard.guardRequest(post))).toBe(405);
  });
});

describe('guard: every line of the access table', () => {
  const routes = Object.entries(ACCESS_TABLE);
  const expected: Record<Need, { loopback: number; elsewhere: number }> = {
    open: { loopback: 200, elsewhere: 200 },
    read: { loopback: 200, elsewhere: 401 },
    ingest: { loopback: 200, elsewhere: 401 },
    control: { loopback: 401, elsewhere: 401 },
  };

  it.each(routes)('%s needs %s', (route, need) => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replaceAll(/\{\w+\}/g, 'x');
    const bearer = { authorization: `Bearer ${KEY}` };
    const wrong = { authorization: 'Bearer wrong' };
    for (const isLoopbackBound of [true, false]) {
      const { guard } = setUp({ isLoopbackBound });
      const judge = (headers: Record<string, string>): number[] => [
        statusOf(guard.guardRequest(request(method, path, headers))),
        statusOf(guard.guardRoute(request(method, path, headers), route)),
      ];
      const keyless = expected[need][isLoopbackBound ? 'loopback' : 'elsewhere'];
      expect(judge({})).toEqual([keyless, keyless]);
      expect(judge(bearer)).toEqual([200, 200]);
      const refused = keyless === 200 ? 200 : 403;
      expect(judge(wrong)).toEqual([refused, refused]);
    }
  });

  it('refuses a route without a line to everyone', () => {
    const { guard } = setUp();
    const req = request('GET', '/api/v1/new', { authorization: `Bearer ${KEY}` });
    expect(statusOf(guard.guardRoute(req, 'GET /api/v1/new'))).toBe(403);
  });

  it('asks for a key on pages that others can reach', () => {
    const { guard } = setUp({ isLoopbackBound: false });
    for (const path of ['/', '/threads', '/_next/static/a.js', '/api/v1/unknown']) {
      expect(statusOf(guard.guardRequest(request('GET', path)))).toBe(401);
    }
  });
});

describe('guard: control by session', () => {
  const path = '/api/v1/organism/stop';
  const { guard, sessions } = setUp();
  const cookie = `${sessionCookieName(PORT)}=${sessions.open()}`;
  const complete = {
    cookie,
    origin: ORIGIN,
    'x-organoscope': '1',
    'content-type': 'application/json; charset=utf-8',
  };

  it('is for our own page', () => {
    const verdict = guard.guardRequest(request('POST', path, complete));
    expect(verdict).toMatchObject({ ok: true, actor: 'session' });
  });

  it.each(['origin', 'x-organoscope', 'content-type'] as const)('needs the %s', (name) => {
    const { [name]: _left, ...rest } = complete;
    expect(statusOf(guard.guardRequest(request('POST', path, rest)))).toBe(403);
  });

  it('is not for a form', () => {
    const form = { ...complete, 'content-type': 'text/plain' };
    expect(statusOf(guard.guardRequest(request('POST', path, form)))).toBe(403);
  });

  it('is not for the cookie of another port', () => {
    const foreign = { ...complete, cookie: cookie.replace('4319', '4320') };
    expect(statusOf(guard.guardRequest(request('POST', path, foreign)))).toBe(401);
  });

  it('ends with the session', () => {
    const id = sessions.open();
    const own = { ...complete, cookie: `${sessionCookieName(PORT)}=${id}` };
    const verdict = guard.guardRequest(request('POST', path, own));
    expect(verdict.ok && verdict.isStillGood()).toBe(true);
    sessions.close(id);
    expect(verdict.ok && verdict.isStillGood()).toBe(false);
    expect(statusOf(guard.guardRequest(request('POST', path, own)))).toBe(401);
  });
});

describe('guard: events by session', () => {
  const { guard, sessions } = setUp({ isLoopbackBound: false });
  const cookie = `${sessionCookieName(PORT)}=${sessions.open()}`;
  const lines = { cookie, origin: ORIGIN, 'content-type': 'application/x-ndjson' };

  it('needs the marker, which no form can send', () => {
    const marked = request('POST', EVENTS, { ...lines, 'x-organoscope': '1' });
    expect(guard.guardRequest(marked)).toMatchObject({ ok: true, actor: 'session' });
    expect(statusOf(guard.guardRequest(request('POST', EVENTS, lines)))).toBe(403);
  });
});

describe('isApiPath', () => {
  it.each([
    '/api',
    '/api/v1/agents',
    '/health',
    '/healthz',
    '/readyz',
    '/login',
    '/ws',
    '/ws/messages',
  ])('is true of %s', (path) => expect(isApiPath(path)).toBe(true));
  it.each(['/', '/apis', '/threads', '/healthy', '/wsx', '/login-help', '/_next/x'])(
    'is false of %s',
    (path) => expect(isApiPath(path)).toBe(false),
  );
});
