import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { pushAnswerSchema } from '#organism/api/resources.ts';
import type { JournalEvent } from '#organism/event.ts';

import { Problem } from './problem.ts';
import type { TestAnswer, TestApi } from './test-kit.ts';
import { TEST_KEY, openTestApi } from './test-kit.ts';

const EVENTS = '/api/v1/events';
const LINES = 'application/x-ndjson';
const JSON_TYPE = 'application/json';
const SECRET = 'sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAA';

let kit: TestApi;
let published: JournalEvent[];
beforeEach(async () => {
  kit = await openTestApi();
  published = [];
  kit.organisms.onPublish(({ events }) => published.push(...events));
});
afterEach(() => kit.close());

function usage(id: string, more: object = {}) {
  return {
    type: 'usage',
    key: `usage:${id}`,
    occurredAt: 1_763_695_519_000,
    threadId: 't1',
    agent: 'planner',
    model: 'gpt-5',
    provider: 'openai',
    org: null,
    user: null,
    tokens: { inputFresh: 10, cacheRead: 0, cacheWrite: 0, outputVisible: 2, reasoning: 0 },
    latencyMs: null,
    reportedCostNanos: null,
    ...more,
  };
}

const send = (
  body: string | Buffer<ArrayBuffer>,
  { path = EVENTS, type = LINES, headers = {} }: SendOptions = {},
): Promise<TestAnswer> =>
  kit.request('POST', path, { body, headers: { 'content-type': type, ...headers } });
interface SendOptions {
  path?: string;
  type?: string;
  headers?: Record<string, string>;
}

const lines = (...events: unknown[]): string =>
  events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n');
const answerOf = ({ body }: TestAnswer) => pushAnswerSchema.parse(body);
const detailOf = ({ status, body }: TestAnswer): [number, unknown] => [
  status,
  (body as { detail: unknown }).detail,
];

describe('POST /api/v1/events', () => {
  it('stores, prices and shows what it acknowledges', async () => {
    const answer = await send(lines(usage('a'), usage('b')));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.body).toEqual({
      accepted: 2,
      duplicate: 0,
      rejected: 0,
      rejects: [],
      lastSeq: 2,
    });
    expect(published.map(({ seq, source, organismId }) => [seq, source, organismId])).toEqual([
      [1, 'events', 'events'],
      [2, 'events', 'events'],
    ]);
    expect(published[0]).toMatchObject({ costNanos: 32_500, price: { source: 'genai-prices' } });
    expect(kit.organisms.get('events')?.usage.requests).toBe(2);
  });

  it('takes an array, one object, and lines with blanks between them', async () => {
    const array = JSON.stringify([usage('a'), usage('b')]);
    expect(answerOf(await send(array, { type: JSON_TYPE })).accepted).toBe(2);
    const one = JSON.stringify(usage('c'));
    expect(answerOf(await send(one, { type: 'application/json; charset=utf-8' })).accepted).toBe(1);
    expect(answerOf(await send(`\r\n${lines(usage('d'))}\r\n\n`)).accepted).toBe(1);
    expect(answerOf(await send('[]', { type: JSON_TYPE }))).toMatchObject({ lastSeq: 4 });
  });

  it('counts what it has already as duplicate, in one request and for ever', async () => {
    expect(answerOf(await send(lines(usage('a'), usage('a'), usage('b'))))).toMatchObject({
      accepted: 2,
      duplicate: 1,
    });
    expect(answerOf(await send(lines(usage('a'), usage('b'))))).toMatchObject({
      accepted: 0,
      duplicate: 2,
      lastSeq: 2,
    });
  });

  it('fails no line for a bad one, and says which were bad and why', async () => {
    const answer = await send(
      lines(
        usage('a'),
        '{"type":',
        usage('b', { tokens: { ...usage('b').tokens, inputFresh: -1 } }),
        `${'['.repeat(65)}${']'.repeat(65)}`,
        usage('a', { model: 'gpt-5-mini' }),
        usage('c'),
        'null',
      ),
    );
    expect(answerOf(answer)).toMatchObject({ accepted: 2, duplicate: 0, rejected: 5 });
    expect(answerOf(answer).rejects.map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'invalid-json'],
      [2, 'invalid-event'],
      [3, 'too-deep'],
      [4, 'conflict'],
      [6, 'invalid-event'],
    ]);
    expect(answerOf(answer).rejects[1]?.detail).toContain('tokens.inputFresh');
    const [counts] = await kit.store.sourceCounts();
    expect(counts).toMatchObject({ received: 7, accepted: 2, duplicate: 0, rejected: 5 });
  });

  it('describes the first 20 rejects and counts all', async () => {
    const answer = answerOf(await send(lines(...Array<string>(50).fill('{'))));
    expect(answer.rejected).toBe(50);
    expect(answer.rejects.map(({ index }) => index)).toEqual([...Array(20).keys()]);
  });

  it('stores and shows no secret', async () => {
    await send(lines(usage('a', { metadata: { note: SECRET } }), `{"x":"${SECRET}",`));
    expect(JSON.stringify(published)).not.toContain(SECRET);
    const { rows } = await kit.store.listRejects({ source: 'events', limit: 5, offset: 0 });
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });

  it('takes 10,000 events in one request, in order, and not one more', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => usage(String(index)));
    expect(answerOf(await send(lines(...many)))).toMatchObject({
      accepted: 10_000,
      lastSeq: 10_000,
    });
    expect(published.map(({ key }) => key)).toEqual(many.map(({ key }) => key));
    expect(detailOf(await send(lines(...many, usage('more'))))).toEqual([
      413,
      'body: more than 10000 events; send them in parts',
    ]);
  });

  it('takes 20,000 names in one event, and not one more', async () => {
    const wide = (id: string, names: number) => ({
      type: 'message',
      key: id,
      id,
      occurredAt: 1_763_695_519_000,
      threadId: 't1',
      from: 'a',
      to: 'b',
      payloadType: 'Wide',
      payload: Object.fromEntries(Array.from({ length: names }, (_, n) => [`k${n}`, n])),
    });
    const own = Object.keys(wide('own', 0)).length;
    const widest = wide('widest', 20_000 - own);
    const wider = wide('wider', 20_001 - own);
    const detail = 'payload: more than 20000 names in one event';
    expect(detailOf(await send(JSON.stringify([widest, wider]), { type: JSON_TYPE }))).toEqual([
      413,
      `body: event 1: ${detail}`,
    ]);
    expect(answerOf(await send(lines(widest, wider)))).toMatchObject({
      accepted: 1,
      rejected: 1,
      rejects: [{ index: 1, reason: 'too-large', detail: `event 1: ${detail}` }],
    });
  });

  it('keeps requests of one turn apart in what it answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        send(lines(usage(String(index)), usage(String(index % 10)), index % 2 === 0 ? '{' : '')),
      ),
    );
    const sums = answers.map(answerOf);
    expect(sums.map(({ accepted, duplicate }) => accepted + duplicate)).toEqual(
      Array<number>(50).fill(2),
    );
    expect(sums.map(({ rejected }) => rejected)).toEqual(
      Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? 1 : 0)),
    );
    expect(sums.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(50);
    const [counts] = await kit.store.sourceCounts();
    expect(counts).toMatchObject({ received: 125, accepted: 50, duplicate: 50, rejected: 25 });
  });
});

describe('a source that pushes', () => {
  it('has the name and the organism it says, and is listed with its counts', async () => {
    const path = `${EVENTS}?source=ci&organism=one`;
    expect(answerOf(await send(lines(usage('a'), '{'), { path })).accepted).toBe(1);
    expect(published[0]).toMatchObject({ source: 'ci', organismId: 'one' });
    const listed = (await kit.get('/api/v1/sources')).body as { sources: object[] };
    expect(listed.sources).toHaveLength(2);
    expect(listed.sources[1]).toMatchObject({
      name: 'ci',
      kind: 'events',
      organismId: 'one',
      state: 'live',
      counts: { received: 2, accepted: 1, duplicate: 0, rejected: 1 },
    });
    expect((await kit.get('/api/v1/sources/ci/rejects')).body).toMatchObject({ total: 1 });
  });

  it.each(['', '-x', 'a b', 'a/b', '../x', 'ü', 'x'.repeat(65)])(
    'cannot be called %j',
    async (name) => {
      const path = `${EVENTS}?source=${encodeURIComponent(name)}`;
      expect((await send(lines(usage('a')), { path })).status).toBe(422);
    },
  );

  it('names no more organisms than there is room for, and those it knows go on', async () => {
    await kit.close();
    kit = await openTestApi({ organisms: ['one'], maxOrganisms: 3 });
    const sendTo = (organism: string, id: string) =>
      send(JSON.stringify(usage(id)), { path: `${EVENTS}?organism=${organism}` });
    expect((await sendTo('two', '1')).status).toBe(200);
    expect((await sendTo('three', '2')).status).toBe(200);
    expect(detailOf(await sendTo('four', '3'))).toEqual([
      400,
      'organism: expected one of the 3 that are known, for there can be no more than 3',
    ]);
    expect((await sendTo('two', '4')).status).toBe(200);
    expect(kit.organisms.names()).toEqual(['one', 'two', 'three']);
    const { text } = await kit.get('/metrics');
    expect(text).toContain('organoscope_organisms 3');
    expect(text).toContain('organoscope_organisms_refused_total 1');
  });

  it('cannot take the name of a source that is read', async () => {
    const answer = await send(lines(usage('a')), { path: `${EVENTS}?source=one-source` });
    expect(answer.status).toBe(409);
    expect(await kit.store.lastSeq()).toBe(0);
  });
});

describe('a request that is refused as a whole', () => {
  it.each([
    ['', 400, 'body: expected at least one event'],
    ['{"type":', 400, 'body: expected one JSON document, got 8 characters that are not'],
    ['['.repeat(65), 400, 'body: JSON nested deeper than 64 at position 64'],
  ])('%j as JSON: %i', async (body, status, detail) => {
    expect(detailOf(await send(body, { type: JSON_TYPE }))).toEqual([status, detail]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ])('as %j, which a form could send', async (type) => {
    expect((await send(Buffer.from(lines(usage('a'))), { type })).status).toBe(415);
    expect(await kit.store.lastSeq()).toBe(0);
  });

  it('of more than 8 MiB, packed or not', async () => {
    const large = Buffer.alloc((8 << 20) + 1, 0x20);
    expect((await send(large)).status).toBe(413);
    const packed = await send(gzipSync(large), { headers: { 'content-encoding': 'gzip' } });
    expect(packed.status).toBe(413);
  });

  it('but not for being packed', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect(answerOf(await send(gzipSync(lines(usage('a'))), { headers })).accepted).toBe(1);
    expect(detailOf(await send(lines(usage('b')), { headers }))).toEqual([
      400,
      'The body is not gzip',
    ]);
  });

  it('from a page of another origin, with the key or without', async () => {
    const origin = 'http://evil.example';
    for (const headers of [{ origin }, { origin, authorization: `Bearer ${TEST_KEY}` }]) {
      expect((await send(lines(usage('a')), { headers })).status).toBe(403);
    }
  });

  it('while the server has a reason to take nothing', async () => {
    kit.refusal = new Problem('disk-full', 'The disk is nearly full');
    expect(detailOf(await send(lines(usage('a'))))).toEqual([507, 'The disk is nearly full']);
    kit.refusal = null;
    expect((await send(lines(usage('a')))).status).toBe(200);
  });

  it('once the store is closed, with when to come again', async () => {
    await kit.store.close();
    const answer = await send(lines(usage('a')));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(published).toEqual([]);
  });
});

it('asks for a key where others can connect', async () => {
  const open = await openTestApi({ isLoopbackBound: false });
  const body = lines(usage('a'));
  const headers = { 'content-type': LINES };
  expect((await open.request('POST', EVENTS, { body, headers })).status).toBe(401);
  const key = { ...headers, authorization: `Bearer ${TEST_KEY}` };
  expect((await open.request('POST', EVENTS, { body, headers: key })).status).toBe(200);
  await open.close();
});
