import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { ApiError, apiUrl, getJson, postJson } from './api-client.ts';

const thingSchema = z.object({ name: z.string() });

/** A page's fetch: relative addresses go to the page's own server. */
function pageFetch(origin: string): typeof fetch {
  const real = globalThis.fetch;
  return (input, init) => real(typeof input === 'string' ? `${origin}${input}` : input, init);
}

describe('apiUrl', () => {
  it('leaves out what is not set, repeats a list and escapes the rest', () => {
    const params = {
      a: null,
      b: undefined,
      c: '',
      d: 0,
      e: false,
      f: ['x', 'y'],
      g: 'a&b/ü',
      h: [],
    };
    expect(apiUrl('/messages', params)).toBe(
      '/api/v1/messages?d=0&e=false&f=x&f=y&g=a%26b%2F%C3%BC',
    );
    expect(apiUrl('/sources')).toBe('/api/v1/sources');
  });
});

describe('the client', () => {
  const app = new Hono();
  const server = { close: () => undefined as void };

  beforeAll(async () => {
    app.get('/api/v1/good', (c) => c.json({ name: c.req.query('q') ?? '' }));
    app.get('/api/v1/odd', (c) => c.json({ title: 'no name' }));
    app.get('/api/v1/text', (c) => c.text('proxy page'));
    app.get('/api/v1/status/:code', (c) =>
      Response.json({ detail: 'in words' }, { status: Number(c.req.param('code')) }),
    );
    app.get('/api/v1/invalid', (c) =>
      c.json({ detail: [{ loc: ['query', 'limit'], msg: 'at most 100' }] }, 422),
    );
    app.get('/api/v1/page', (c) => c.text('Bad gateway', 502));
    app.post('/api/v1/echo', async (c) =>
      c.json({ name: JSON.stringify([await c.req.json(), c.req.header('x-organoscope')]) }),
    );
    const port = await new Promise<number>((resolve) => {
      const listening = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
        resolve(info.port),
      );
      server.close = () => void listening.close();
    });
    vi.stubGlobal('fetch', pageFetch(`http://127.0.0.1:${port}`));
  });
  afterAll(() => {
    server.close();
    vi.unstubAllGlobals();
  });

  it('reads what fits the schema', async () => {
    const answer = await getJson(thingSchema, '/good', { params: { q: 'planner' } });
    expect(answer).toEqual({ name: 'planner' });
  });

  it('sends a change as JSON with the header no foreign page can send', async () => {
    const answer = await postJson(thingSchema, '/echo', { body: { to: 'planner' } });
    expect(JSON.parse(answer.name)).toEqual([{ to: 'planner' }, '1']);
  });

  it.each([
    ['/status/401', 'unauthorized', 401, 'in words'],
    ['/status/403', 'unauthorized', 403, 'in words'],
    ['/status/404', 'not-found', 404, 'in words'],
    ['/status/400', 'refused', 400, 'in words'],
    ['/status/409', 'refused', 409, 'in words'],
    ['/status/504', 'unknown-outcome', 504, 'in words'],
    ['/status/500', 'failed', 500, 'in words'],
    ['/invalid', 'refused', 422, 'The server refused a value: query.limit: at most 100'],
    ['/page', 'failed', 502, 'The server answered 502.'],
  ])('gives %s the code %s', async (path, code, status, detail) => {
    const error = await getJson(thingSchema, path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code, status, detail });
  });

  it.each(['/odd', '/text'])('does not pass on an answer it cannot read: %s', async (path) => {
    await expect(getJson(thingSchema, path)).rejects.toMatchObject({
      code: 'unreadable',
      status: 200,
    });
  });

  it('leaves an abort what it is', async () => {
    const aborted = getJson(thingSchema, '/good', { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
  });

  describe('without a server', () => {
    afterEach(() => vi.restoreAllMocks());

    it('says that nobody answered', async () => {
      vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed'));
      await expect(getJson(thingSchema, '/good')).rejects.toMatchObject({
        code: 'unreachable',
        status: 0,
      });
    });
  });
});
