import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { postBatch } from '#lab/modelstat/client.ts';
import { contentHash, batchId, sourceEventId, toolCallId } from '#lab/modelstat/ids.ts';
import type { EventOf, EventType } from '#organism/event.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { openTestApi } from '#server/api/test-kit.ts';

const SAMPLES = new URL('../../../../shared/samples/modelstat/', import.meta.url);
const INGEST = '/v1/ingest';

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

const batchSchema = z.looseObject({
  events: z.array(z.looseObject({ source_event_id: z.string() })),
  tool_calls: z.array(z.looseObject({})).optional(),
});
type Batch = z.infer<typeof batchSchema>;

function batchOf(events: readonly object[], more: object = {}): object {
  return { batch_id: 'batch_1', device_id: 'dev_1', daemon_version: 'x/1', events, ...more };
}

function event(id: string, more: object = {}): object {
  return {
    source_event_id: id,
    ts: '2026-06-19T00:00:00.000Z',
    kind: 'assistant_message',
    agent: 'claude_code',
    provider: 'anthropic',
    session_id: 's1',
    tokens: { input: 10, output: 5, cache_creation: 1, cache_read: 2, reasoning: 3 },
    model: 'claude-sonnet-4-5',
    ...more,
  };
}

const send = (batch: unknown, path = INGEST, headers: Record<string, string> = {}) =>
  kit.request('POST', path, {
    body: typeof batch === 'string' ? batch : JSON.stringify(batch),
    headers: { 'content-type': 'application/json', ...headers },
  });

async function stored() {
  return kit.store.readEvents({ since: 0, limit: 1000 });
}

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  return (await stored()).filter((each): each is EventOf<T> => each.type === type);
}

describe('modelstat: what the SDK hears', () => {
  it('takes a batch on either path, and says how many', async () => {
    const [first, raw] = [
      await send(batchOf([event('e1'), event('e2')])),
      await send(batchOf([event('e3')]), '/v1/ingest/raw'),
    ];
    expect([first.status, first.body]).toEqual([200, { accepted: 2, queued: true }]);
    expect([raw.status, raw.body]).toEqual([200, { accepted: 1, queued: true }]);
    expect(await storedOf('message')).toHaveLength(3);
  });

  it.each([
    ['{not json', 'invalid json'],
    ['[]', 'body must be a JSON object'],
    ['{"batch_id":"b"}', 'events must be a non-empty array'],
    ['{"events":[]}', 'events must be a non-empty array'],
    ['{"events":[7]}', 'each event must be an object'],
    [batchOf([event('e1'), event('')]), 'event.source_event_id is required'],
    [batchOf([event('e1', { session_id: '' })]), 'event.session_id is required'],
    [batchOf([event('e1', { agent: undefined })]), 'event.agent is required'],
    [batchOf([event('e1', { ts: null })]), 'event.ts is required'],
  ])('refuses %j whole, and stores nothing', async (batch, error) => {
    const { status, body } = await send(batch);
    expect([status, body]).toEqual([400, { error }]);
    expect(await stored()).toEqual([]);
    expect(await kit.store.sourceCounts()).toMatchObject([
      {
        source: 'modelstat',
        received: 1,
        rejected: 1,
        lastReject: { detail: `modelstat batch: ${error}` },
      },
    ]);
  });

  it('refuses too many events and too large a batch', async () => {
    const many = await send({ events: Array.from({ length: 10_001 }, () => ({})) });
    expect([many.status, many.body]).toEqual([400, { error: 'too many events (max 10000)' }]);
    const large = await send('x'.repeat((16 << 20) + 1));
    expect([large.status, large.body]).toEqual([413, { error: 'batch too large' }]);
  });

  it('knows no other path under /v1', async () => {
    const { status, body } = await send({}, '/v1/nothing');
    expect([status, body]).toEqual([404, { error: 'not found' }]);
  });

  it('says so when it cannot store', async () => {
    await kit.store.close();
    const { status, body } = await send(batchOf([event('e1')]));
    expect([status, body]).toEqual([500, { error: 'enqueue failed' }]);
  });

  it('takes any key on loopback, and the right one elsewhere', async () => {
    const any = await send(batchOf([event('e1')]), INGEST, { authorization: 'Bearer msk_any' });
    expect(any.status).toBe(200);
    await kit.close();
    kit = await openTestApi({ isLoopbackBound: false });
    const none = await send(batchOf([event('e1')]));
    const wrong = await send(batchOf([event('e1')]), INGEST, { authorization: 'Bearer no' });
    for (const { status, body } of [none, wrong]) {
      expect([status, body]).toEqual([401, { error: 'unauthorized' }]);
    }
  });
});

describe('modelstat: what is stored', () => {
  it('is the same after the batch came twice, at once, and in overlapping halves', async () => {
    const events = ['e1', 'e2', 'e3', 'e4'].map((id) => event(id));
    await Promise.all([send(batchOf(events)), send(batchOf(events))]);
    const before = await stored();
    await send(batchOf(events.slice(0, 3)));
    await send(batchOf(events.slice(1)));
    expect(await stored()).toEqual(before);
    expect(await storedOf('usage')).toHaveLength(4);
    const [counts] = await kit.store.sourceCounts();
    expect(counts).toMatchObject({ source: 'modelstat', rejected: 0 });
  });

  it('keeps five classes apart, and subscription from API', async () => {
    await send(
      batchOf([
        event('paid', { billing: 'api', duration_ms: 7 }),
        event('covered', { pricing_mode: 'subscription' }),
        event('wrapped', {
          agent: 'raw_sdk_openai',
          tokens: { input: 1, output: 1, cache_creation: 0, cache_read: 0, reasoning: 0 },
        }),
        event('silent', { tokens: {} }),
      ]),
    );
    const [paid, covered, wrapped, ...rest] = await storedOf('usage');
    expect(rest).toEqual([]);
    expect(paid).toMatchObject({
      tokens: { inputFresh: 10, cacheRead: 2, cacheWrite: 1, outputVisible: 5, reasoning: 3 },
      latencyMs: 7,
      notReported: [],
    });
    expect(paid?.costNanos).toBeGreaterThan(0);
    expect(covered).toMatchObject({ costNanos: 0, price: { source: 'subscription' } });
    expect(covered?.price?.unitNanos).toEqual(paid?.price?.unitNanos);
    expect(wrapped?.notReported).toEqual(['cacheRead', 'cacheWrite', 'reasoning']);
  });

  it('shows tool calls as messages to tools, and failed ones as errors', async () => {
    const call = {
      external_call_id: 'tc_1',
      session_id: 's1',
      source_event_id: 'e1',
      agent: 'claude_code',
      server: 'mcp:github',
      name: 'create_pr',
      started_at: '2026-06-19T00:00:01.000Z',
      status: 'denied',
      args_bytes: 24,
    };
    await send(batchOf([event('e1')], { tool_calls: [call, { name: 'nameless' }] }));
    const [, toTool] = await storedOf('message');
    expect(toTool).toMatchObject({ from: 'claude_code', to: 'mcp:github/create_pr', id: 'tc_1' });
    expect(await storedOf('error')).toMatchObject([{ text: 'mcp:github/create_pr: denied' }]);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 1 }]);
  });

  it('keeps what it does not know, splits the excerpt once, and hides secrets', async () => {
    const key = `sk-ant-${'a'.repeat(24)}`;
    await send(
      batchOf([
        event('e1', {
          kind: 'novel_kind',
          actor_id: 'a7',
          content_excerpt: `ask ${key}\n---\nanswer\n---\nmore`,
        }),
      ]),
    );
    const [message] = await storedOf('message');
    expect(message).toMatchObject({
      payloadType: 'novel_kind',
      payload: { actor_id: 'a7', prompt: expect.any(String), completion: 'answer\n---\nmore' },
    });
    expect(JSON.stringify(await stored())).not.toContain(key);
  });

  const forms = {
    excerpt: () => send(batchOf([event('e1', { content_excerpt: 'ask\n---\nans…' })])),
    full: () =>
      send(
        batchOf([event('e1', { content_excerpt: 'ask\n---\nanswer', app_version: '2' })]),
        '/v1/ingest/raw',
      ),
  };

  it.each([
    [['excerpt', 'full']],
    [['full', 'excerpt']],
    [['excerpt', 'full', 'excerpt', 'full']],
    [['full', 'full', 'excerpt', 'excerpt']],
  ] as const)('of excerpt and full text of one call shows the longer: %j', async (order) => {
    for (const form of order) expect((await forms[form]()).status).toBe(200);
    const { body } = await kit.get('/api/v1/messages?organism=modelstat:loopback:dev_1');
    expect(body).toMatchObject({
      total: 1,
      messages: [{ payload: { prompt: 'ask', completion: 'answer', app_version: '2' } }],
    });
    const live = kit.organisms.get('modelstat:loopback:dev_1');
    expect(live?.recentMessages.map(({ payload }) => payload)).toMatchObject([
      { completion: 'answer' },
    ]);
    expect(live?.counts.messages).toBe(1);
    expect(await storedOf('usage')).toHaveLength(1);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('of both forms at once, in halves and again stores no more than of each once', async () => {
    await Promise.all([forms.excerpt(), forms.full()]);
    const before = await stored();
    const both = [event('e1', { content_excerpt: 'ask\n---\nans…' }), event('e2')];
    await send(batchOf(both));
    await send(batchOf(both.slice(0, 1)));
    await forms.full();
    const added = (await stored()).slice(before.length);
    expect(added.map(({ key }) => key)).toEqual(['message:e2', 'usage:e2']);
  });

  it('cuts a text beyond 262,144 bytes, between two characters', async () => {
    await send(batchOf([event('e1', { content_excerpt: `a${'é'.repeat(200_000)}` })]));
    const [message] = await storedOf('message');
    const { text } = z.object({ text: z.string() }).parse(message?.payload);
    expect([Buffer.byteLength(text), text.at(-1)]).toEqual([262_143, 'é']);
  });

  it('takes a body in chunks, and texts in escapes', async () => {
    const sent = JSON.stringify(batchOf([event('e1', { content_excerpt: '日本 — é' })]));
    const escaped = sent.replaceAll(
      /[^ -~]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    const request = http.request(new URL(INGEST, kit.url), { method: 'POST' });
    request.write(escaped.slice(0, 50));
    request.end(escaped.slice(50));
    const [{ statusCode: status }] = z
      .tuple([z.object({ statusCode: z.number() })])
      .parse(await once(request, 'response'));
    expect(status).toBe(200);
    expect(await storedOf('message')).toMatchObject([{ payload: { text: '日本 — é' } }]);
  });

  it('hides in texts what its own floor hides, and leaves ids as they are', async () => {
    const commit = '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12';
    await send(batchOf([event(commit, { session_id: commit, content_excerpt: `at ${commit}` })]));
    expect(await storedOf('message')).toMatchObject([
      { id: commit, threadId: commit, payload: { text: 'at [REDACTED:aws_secret_key]' } },
    ]);
  });

  it('takes a time nobody can read, the same on a resend', async () => {
    const batch = batchOf([event('e1', { ts: 'yesterday' }), event('e2')]);
    await send(batch);
    await send(batch);
    expect((await storedOf('usage')).map(({ occurredAt }) => occurredAt)).toEqual([
      Date.parse('2026-06-19T00:00:00.000Z'),
      Date.parse('2026-06-19T00:00:00.000Z'),
    ]);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('stores nothing twice when a slow answer makes the SDK send again', async () => {
    const proxy = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        // The batch arrives; its answer does not.
        void send(Buffer.concat(chunks).toString()).then(() => response.destroy());
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const sent = await postBatch(`http://127.0.0.1:${port}${INGEST}`, batchOf([event('e1')]));
    proxy.close();
    expect(sent).toEqual({ status: null, isRetried: true });
    expect(await storedOf('usage')).toHaveLength(1);
  });
});

const partsSchema = z.union([z.string(), z.array(z.string()).transform((parts) => parts.join(''))]);
const casesSchema = z.object({
  cases: z.array(
    z.looseObject({
      input_parts: partsSchema,
      expected_text: z.string().optional(),
      expected_parts: partsSchema.optional(),
    }),
  ),
});
const refusalsSchema = z.object({
  invalid: z.array(
    z.looseObject({ raw_body: z.string().optional(), status: z.number(), body: z.unknown() }),
  ),
});

describe.skipIf(!existsSync(SAMPLES))('modelstat: the published samples', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, SAMPLES), 'utf8'));

  it.each(['ingest-minimal.json', 'ingest-full.json', 'ingest-raw.json'])('%s', async (name) => {
    const batch: Batch = batchSchema.parse(read(name));
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await send(batch, name.includes('raw') ? '/v1/ingest/raw' : INGEST);
      expect([status, body]).toEqual([200, { accepted: batch.events.length, queued: true }]);
    }
    const messages = await storedOf('message');
    expect(messages).toHaveLength(batch.events.length + (batch.tool_calls?.length ?? 0));
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('every refusal of responses.json, and nothing stored', async () => {
    const { invalid } = refusalsSchema.parse(read('responses.json'));
    const refused = invalid.filter(({ raw_body }) => raw_body !== undefined);
    expect(refused.length).toBeGreaterThan(5);
    for (const { raw_body: sent, status, body } of refused) {
      expect(await send(sent)).toMatchObject({ status, body });
    }
    expect(await stored()).toEqual([]);
  });

  it('every case of redaction-cases.json: the store holds what is expected', async () => {
    const { cases } = casesSchema.parse(read('redaction-cases.json'));
    const events = cases.map(({ input_parts: input }, index) =>
      event(`e${index}`, { content_excerpt: input }),
    );
    await send(batchOf(events));
    const texts = (await storedOf('message')).map(({ payload }) =>
      Object.values(z.looseObject({}).parse(payload)).find((value) => typeof value === 'string'),
    );
    expect(texts).toEqual(
      cases.map(({ expected_text: text, expected_parts: parts }) => text ?? parts),
    );
  });

  it('the ids of vectors.json', () => {
    const vectors = z
      .object({
        content_hash: z.array(z.object({ parts: z.array(z.string()), hash: z.string() })),
        source_event_id: z.array(
          z.object({ device_id: z.string(), source_ref: z.string(), id: z.string() }),
        ),
        batch_id: z.array(z.object({ source_event_ids: z.array(z.string()), id: z.string() })),
      })
      .parse(read('vectors.json'));
    for (const { parts, hash } of vectors.content_hash) expect(contentHash(parts)).toBe(hash);
    for (const { device_id: device, source_ref: ref, id } of vectors.source_event_id) {
      expect(sourceEventId(device, ref)).toBe(id);
    }
    for (const { source_event_ids: ids, id } of vectors.batch_id) expect(batchId(ids)).toBe(id);
    expect(toolCallId('evt_a', 0)).toMatch(/^tc_[0-9a-f]{16}$/);
  });
});
