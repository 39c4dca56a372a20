import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, it } from 'vitest';

import type { Endpoint, ReceiverDeps } from '../sources/receiver.ts';
import { jsonReply, refusal } from '../sources/receiver.ts';
import { Problem } from './problem.ts';
import type { TestApi } from './test-kit.ts';
import { openTestApi } from './test-kit.ts';

const MAX_BYTES = 4096;

let kit: TestApi;
afterEach(() => kit.close());

/** Takes any text and delivers one message for it. */
function createEcho({ deliver }: ReceiverDeps): Endpoint {
  return {
    method: 'POST',
    path: '/v1/echo',
    maxBytes: MAX_BYTES,
    async receive({ body, query }) {
      const text = body.toString('utf8');
      if (text.startsWith('refuse')) {
        const refused = { reason: 'invalid-event', detail: 'echo: refused' } as const;
        return refusal(400, { error: refused.detail }, refused);
      }
      const outcome = await deliver(query.get('organism') ?? 'echo', {
        drafts: [
          {
            type: 'message',
            key: `echo:${text}`,
            occurredAt: 1,
            id: text,
            threadId: 't',
            from: 'a',
            to: 'b',
            payloadType: 'text',
            payload: text,
          },
        ],
      });
      return jsonReply(200, outcome);
    },
    refuse: ({ status, detail }) => jsonReply(status === 503 ? 500 : status, { error: detail }),
  };
}

async function open(isLoopbackBound = true, maxOrganisms?: number): Promise<void> {
  kit = await openTestApi({
    isLoopbackBound,
    ...(maxOrganisms === undefined ? {} : { maxOrganisms }),
    receivers: (depsOf) => [{ kind: 'echo', endpoints: [createEcho(depsOf('echo'))] }],
  });
}

const post = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) =>
  kit.request('POST', '/v1/echo?organism=far', { body, headers });

describe('a receiver', () => {
  it('delivers to the organism it names, under its own source, once', async () => {
    await open();
    expect((await post('hello')).body).toEqual({ accepted: 1, duplicate: 0, rejected: 0 });
    expect((await post('hello')).body).toEqual({ accepted: 0, duplicate: 1, rejected: 0 });
    const stored = await kit.store.readEvents({ since: 0, limit: 10 });
    expect(stored).toMatchObject([{ source: 'echo', organismId: 'far', payload: 'hello' }]);
    const { body } = await kit.get('/api/v1/sources');
    expect(body).toMatchObject({
      sources: expect.arrayContaining([
        expect.objectContaining({ name: 'echo', kind: 'echo', url: '/v1/echo', state: 'live' }),
      ]),
    });
  });

  it('makes no organism up beyond the bound', async () => {
    await open(true, 2);
    const postTo = (organism: string) =>
      kit.request('POST', `/v1/echo?organism=${organism}`, { body: organism });
    expect((await postTo('second')).status).toBe(200);
    expect(await postTo('third')).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('expected one of the 2 that are known') },
    });
    expect(kit.organisms.names()).toEqual(['one', 'second']);
  });

  it('gets its body unpacked', async () => {
    await open();
    const packed = await post(Buffer.from(gzipSync('packed')), { 'content-encoding': 'gzip' });
    expect(packed.body).toMatchObject({ accepted: 1 });
  });

  it('counts what it refused whole, by reason, and keeps a sample of it', async () => {
    await open();
    await post('refuse me');
    await post('x'.repeat(MAX_BYTES + 1));
    await post('no gzip', { 'content-encoding': 'gzip' });
    await post('packed as nobody knows', { 'content-encoding': 'br' });
    const { body } = await kit.get('/api/v1/sources');
    expect(body).toMatchObject({
      sources: expect.arrayContaining([
        expect.objectContaining({
          name: 'echo',
          counts: { received: 4, accepted: 0, duplicate: 0, rejected: 4 },
          refusedBodies: { 'invalid-event': 1, 'too-large': 1, 'invalid-json': 2 },
        }),
      ]),
    });
    expect((await kit.get('/api/v1/sources/echo/rejects')).body).toMatchObject({
      rejects: [
        {
          reason: 'invalid-json',
          detail: expect.stringMatching(/^Content-Encoding must be one of/),
        },
        { reason: 'invalid-json', detail: 'The body is not gzip' },
        { reason: 'too-large', detail: `The body is larger than ${MAX_BYTES} bytes`, sample: '' },
        { reason: 'invalid-event', detail: 'echo: refused', sample: 'refuse me' },
      ],
    });
    const { text: metrics } = await kit.get('/metrics');
    expect(metrics).toContain(
      'organoscope_refused_bodies_total{source="echo",reason="too-large"} 1',
    );
    // Nothing is made up for it.
    expect(kit.organisms.names()).toEqual(['one']);
    expect((await kit.store.listOrganisms()).map(({ organismId }) => organismId)).not.toContain(
      'echo',
    );
  });

  it('hears an upstream out about its own faults: they are not the body', async () => {
    await open();
    kit.refusal = new Problem('unavailable', 'not now');
    await post('late');
    await post('page', { origin: 'http://evil.example' });
    expect(await kit.store.sourceCounts()).not.toContainEqual(
      expect.objectContaining({ source: 'echo' }),
    );
  });

  it('says every refusal in its own words', async () => {
    await open();
    const tooLarge = await post('x'.repeat(MAX_BYTES + 1));
    expect([tooLarge.status, tooLarge.body]).toEqual([
      413,
      { error: `The body is larger than ${MAX_BYTES} bytes` },
    ]);
    const bomb = await post(Buffer.from(gzipSync('x'.repeat(MAX_BYTES + 1))), {
      'content-encoding': 'gzip',
    });
    expect(bomb.status).toBe(413);
    kit.refusal = new Problem('unavailable', 'not now');
    expect((await post('late')).status).toBe(500);
    const foreign = await post('page', { origin: 'http://evil.example' });
    expect([foreign.status, foreign.body]).toEqual([403, { error: 'This Origin is not allowed' }]);
  });

  it('needs the key where others can connect', async () => {
    await open(false);
    expect((await post('hello')).status).toBe(401);
  });
});
