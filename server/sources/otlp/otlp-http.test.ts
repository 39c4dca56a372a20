import { request } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Problem } from '#server/api/problem.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

import { encodeRequest } from './protobuf-schema.ts';
import { chat, tracesOf } from './testing/spans.ts';

/** OTLP/HTTP as exporters speak it: how bodies are packed and framed, and what each is answered. */

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const LIMIT = 64 << 20;
const GOOD = Buffer.from(JSON.stringify(tracesOf([chat('1')])));

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

const send = (body: Buffer, headers: Record<string, string> = {}, path = '/v1/traces') =>
  kit.request('POST', path, {
    body: new Uint8Array(body),
    headers: { 'content-type': JSON_TYPE, ...headers },
  });

async function billed(): Promise<number> {
  const events = await kit.store.readEvents({ since: 0, limit: 1000 });
  return events.filter(({ type }) => type === 'usage').length;
}

/** Sent in pieces, without saying how long it is. */
function sendChunked(chunks: readonly Buffer[], headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port: kit.port, path: '/v1/traces', method: 'POST', headers },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    for (const chunk of chunks) sent.write(chunk);
    sent.end();
  });
}

describe('bodies', () => {
  it.each([
    ['gzip', gzipSync(GOOD)],
    ['GZIP', gzipSync(GOOD)],
    ['x-gzip', gzipSync(GOOD)],
    ['deflate', deflateSync(GOOD)],
    ['identity', GOOD],
  ])('are taken packed with %s', async (encoding, body) => {
    expect((await send(body, { 'content-encoding': encoding })).status).toBe(200);
    expect(await billed()).toBe(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('are refused with 413 where they unpack to too much: %s', async (encoding, pack) => {
    const { status, headers } = await send(pack(Buffer.alloc(LIMIT + 1, 32)), {
      'content-encoding': encoding,
    });
    expect([status, headers.get('content-type')]).toEqual([413, JSON_TYPE]);
  });

  it('are refused for good where they are not packed as they say, or in a way nobody knows', async () => {
    expect((await send(GOOD, { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send(GOOD, { 'content-encoding': 'snappy' })).status).toBe(415);
  });

  it('are counted when they are refused, also before they are decoded', async () => {
    await send(GOOD, { 'content-type': 'text/plain' });
    await send(GOOD, { 'content-type': 'application/grpc' }, '/v1/logs');
    await send(GOOD, { 'content-encoding': 'snappy' });
    await send(Buffer.from('{"resourceSpans":'));
    const { body } = await kit.get('/api/v1/sources');
    expect(body).toMatchObject({
      sources: expect.arrayContaining([
        expect.objectContaining({
          name: 'otlp',
          counts: { received: 4, accepted: 0, duplicate: 0, rejected: 4 },
          refusedBodies: { 'invalid-event': 2, 'invalid-json': 2 },
        }),
      ]),
    });
    const { text } = await kit.get('/metrics');
    expect(text).toContain(
      'organoscope_refused_bodies_total{source="otlp",reason="invalid-event"} 2',
    );
    expect((await kit.get('/api/v1/sources/otlp/rejects')).body).toMatchObject({
      rejects: expect.arrayContaining([
        expect.objectContaining({
          detail: 'OTLP logs: Content-Type must be application/x-protobuf or application/json',
        }),
      ]),
    });
  });

  it('may come in chunks, and are bounded then too', async () => {
    const halves = [GOOD.subarray(0, 40), GOOD.subarray(40)];
    expect(await sendChunked(halves, { 'content-type': JSON_TYPE })).toBe(200);
    expect(await billed()).toBe(1);
    const packed = gzipSync(GOOD);
    const pieces = [...packed].map((byte) => Buffer.from([byte]));
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' };
    expect(await sendChunked(pieces, headers)).toBe(200);
    const large = Array.from({ length: 65 }, () => Buffer.alloc(1 << 20, 32));
    expect(await sendChunked(large, { 'content-type': JSON_TYPE })).toBe(413);
  });

  it.each([
    ['application/json; charset=utf-8', GOOD],
    ['Application/JSON', GOOD],
    [`${PROTOBUF}; charset=binary`, encodeRequest('traces', {})],
  ])('are read by their type without what follows it: %s', async (type, body) => {
    expect((await send(body, { 'content-type': type })).status).toBe(200);
  });
});

describe('answers', () => {
  it.each(['/v1/traces', '/v1/logs', '/v1/metrics'])(
    '%s: nothing for an empty request',
    async (path) => {
      const json = await send(Buffer.from('{}'), {}, path);
      expect([json.status, json.text]).toEqual([200, '{}']);
      const binary = await send(Buffer.alloc(0), { 'content-type': PROTOBUF }, path);
      expect([binary.status, binary.text, binary.headers.get('content-type')]).toEqual([
        200,
        '',
        PROTOBUF,
      ]);
    },
  );

  it.each([
    ['/v1/traces', 'rejectedSpans', { resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] }],
    [
      '/v1/logs',
      'rejectedLogRecords',
      { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] },
    ],
    [
      '/v1/metrics',
      'rejectedDataPoints',
      { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: { dataPoints: [{}, {}] } }] }] }] },
    ],
  ])('%s: how many records were refused, in the encoding asked in', async (path, field, body) => {
    const json = await send(Buffer.from(JSON.stringify(body)), {}, path);
    expect([json.status, json.body]).toMatchObject([
      200,
      { partialSuccess: { [field]: '2', errorMessage: /required/ } },
    ]);
    const signal = path === '/v1/traces' ? 'traces' : path === '/v1/logs' ? 'logs' : 'metrics';
    const binary = await send(encodeRequest(signal, body), { 'content-type': PROTOBUF }, path);
    expect([binary.status, binary.headers.get('content-type')]).toEqual([200, PROTOBUF]);
    // Field 1, a message; in it field 1, the number 2.
    expect(Buffer.from(binary.text).subarray(0, 1)).toEqual(Buffer.from([0x0a]));
    expect(Buffer.from(binary.text).subarray(2, 4)).toEqual(Buffer.from([0x08, 2]));
    expect(binary.text).toContain('required');
  });

  it.each([
    ['disk-full', 503],
    ['unavailable', 503],
  ] as const)('a store that cannot take it now (%s): come again later', async (code, expected) => {
    kit.refusal = new Problem(code, 'not now');
    const json = await send(GOOD);
    expect([json.status, json.body]).toEqual([expected, { message: 'not now' }]);
    expect(Number(json.headers.get('retry-after'))).toBeGreaterThan(0);
    const binary = await send(Buffer.alloc(0), { 'content-type': PROTOBUF });
    expect([binary.status, binary.headers.get('content-type')]).toEqual([expected, PROTOBUF]);
    // google.rpc.Status: its field 2 is the message.
    expect(binary.text.slice(0, 1)).toBe('\u0012');
    expect(binary.text).toContain('not now');
  });
});
