import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';

import { postBatch } from '#lab/modelstat/client.ts';
import { batchId, sourceEventId, toolCallId } from '#lab/modelstat/ids.ts';
import type { EventOf, EventType } from '#organism/event.ts';
import type { TestApi } from '#server/api/test-kit.ts';
import { TEST_KEY, openTestApi } from '#server/api/test-kit.ts';

/** What the protocol asks of a receiver beyond the cases of `modelstat-receiver.test.ts`. */

const SAMPLES = new URL('../../../../shared/samples/modelstat/', import.meta.url);
const PATHS = ['/v1/ingest', '/v1/ingest/raw'];
const SECRET = `sk-ant-${'z'.repeat(24)}`;

let kit: TestApi;
beforeEach(async () => {
  kit = await openTestApi();
});
afterEach(() => kit.close());

const post = (
  body: string | Buffer<ArrayBuffer>,
  { path = '/v1/ingest', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
) =>
  kit.request('POST', path, { body, headers: { 'content-type': 'application/json', ...headers } });

async function storedOf<T extends EventType>(type: T): Promise<EventOf<T>[]> {
  const events = await kit.store.readEvents({ since: 0, limit: 1000 });
  return events.filter((each): each is EventOf<T> => each.type === type);
}

/** One call, as the SDK of a program puts it on the wire. */
function callOf(device: string, n: number, more: object = {}) {
  return {
    source_event_id: sourceEventId(device, `sess::1781827200000::${n}`),
    ts: '2026-06-19T00:00:00.000Z',
    kind: 'assistant_message',
    agent: 'claude_code',
    provider: 'anthropic',
    session_id: 'sess',
    tokens: { input: 10, output: 5, cache_creation: 1, cache_read: 2, reasoning: 3 },
    ...more,
  };
}

function batchOf(device: string, events: readonly { source_event_id: string }[], more = {}) {
  return {
    batch_id: batchId(events.map((event) => event.source_event_id)),
    device_id: device,
    daemon_version: 'node-sdk/0.0.1',
    events,
    ...more,
  };
}

/** As newer daemons send it: more keys in the batch, the events and the tool calls, and nulls. */
const NEWER = batchOf(
  'dev_new',
  [
    callOf('dev_new', 1, {
      pricing_mode: 'unknown',
      metadata: { team: 'eco' },
      started_at: '2026-06-19T00:00:00.000Z',
      first_token_at: '2026-06-19T00:00:00.400Z',
      seq: 7,
      actor_id: 'a1',
      recipient_actor_id: null,
      parent_event_id: 'evt_0',
      turn_index: 3,
      tokens_unmapped: { audio: 4 },
      references: [{ kind: 'file', path: 'a.ts' }],
      files_touched: ['a.ts'],
      reasoning_excerpt: 'because',
      source_file: null,
      tool_calls: { Read: 2 },
      git: null,
      duration_ms: null,
    }),
    callOf('dev_new', 2, { kind: 'tool_result', tokens: null, content_excerpt: null }),
    callOf('dev_new', 3, { kind: 'user_message', tokens: {}, content_excerpt: 'ask' }),
  ],
  {
    auto_taxonomy: true,
    app: 'shop',
    session_installs: { sess: ['x'] },
    segments: [{ id: 's' }],
    session_titles: { sess: 'A title' },
    session_metadata: {},
    summarizer_mode: 'off',
    redactor_mode: null,
    tool_calls: [
      {
        external_call_id: toolCallId('evt_x', 0),
        session_id: 'sess',
        source_event_id: 'evt_x',
        agent: 'claude_code',
        server: 'mcp:github',
        name: 'create_pr',
        call_index: 0,
        started_at: '2026-06-19T00:00:01.000Z',
        status: 'novel_status',
        segment_id: 's',
        ended_at: null,
        command_families: ['git'],
        later_part: { deep: [1] },
      },
    ],
  },
);

describe('modelstat: replies, byte for byte', () => {
  it.each(PATHS)('to a batch on %s', async (path) => {
    const { text, headers } = await post(JSON.stringify(NEWER), { path });
    expect(text).toBe('{"accepted":3,"queued":true}');
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    expect((await post(JSON.stringify(NEWER), { path })).text).toBe(text);
  });

  it('to a health check, and to paths and methods it has not', async () => {
    expect(await kit.get('/healthz')).toMatchObject({ status: 200, text: '{"ok":true}' });
    for (const answer of [
      await kit.get('/v1/ingest'),
      await post('{}', { path: '/v1/nothing' }),
      await post('{}', { path: '/v1/ingest/raw/more' }),
    ]) {
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
  });

  it.each([
    ['right', `Bearer ${TEST_KEY}`, 200, '{"accepted":1,"queued":true}'],
    ['wrong', 'Bearer ds_live_wrong', 401, '{"error":"unauthorized"}'],
    ['of another scheme', `Basic ${TEST_KEY}`, 401, '{"error":"unauthorized"}'],
    ['absent', null, 401, '{"error":"unauthorized"}'],
  ])('where others can connect, with a key that is %s', async (_word, key, status, text) => {
    await kit.close();
    kit = await openTestApi({ isLoopbackBound: false });
    const headers: Record<string, string> = key === null ? {} : { authorization: key };
    const answer = await post(JSON.stringify(batchOf('d', [callOf('d', 1)])), { headers });
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(await storedOf('message')).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('modelstat: what a newer daemon sends', () => {
  it('counts exactly: three messages, one call, one tool, one application', async () => {
    await post(JSON.stringify(NEWER));
    expect((await storedOf('message')).map(({ from, to }) => [from, to])).toEqual([
      ['claude_code', 'user'],
      ['tool', 'claude_code'],
      ['user', 'claude_code'],
      ['claude_code', 'mcp:github/create_pr'],
    ]);
    expect(await storedOf('usage')).toMatchObject([{ latencyMs: null, metadata: { team: 'eco' } }]);
    expect((await storedOf('organism')).map(({ organismId }) => organismId)).toEqual([
      'modelstat:loopback:dev_new/shop',
    ]);
    expect(await storedOf('error')).toEqual([]);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('keeps what it does not know, in events and in tool calls, as it came', async () => {
    await post(JSON.stringify(NEWER));
    const [first, , , tool] = (await storedOf('message')).map(({ payload }) => payload);
    expect(first).toMatchObject({
      actor_id: 'a1',
      seq: 7,
      turn_index: 3,
      tokens_unmapped: { audio: 4 },
      references: [{ kind: 'file', path: 'a.ts' }],
      tool_calls: { Read: 2 },
      reasoning_excerpt: 'because',
    });
    expect(first).not.toHaveProperty('git');
    expect(tool).toMatchObject({ status: 'novel_status', later_part: { deep: [1] } });
  });
});

describe('modelstat: an SDK and its one retry', () => {
  it('that gave up waiting sends the same bytes again: nothing is stored twice', async () => {
    const bodies: string[] = [];
    const proxy = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        bodies.push(body);
        const isFirst = bodies.length === 1;
        // The first answer never leaves; the SDK's patience ends.
        void post(body).then(({ status, text }) =>
          isFirst ? null : response.writeHead(status).end(text),
        );
      });
    });
    proxy.listen(0, '127.0.0.1');
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const batch = batchOf('d', [callOf('d', 1), callOf('d', 2)]);
    const url = `http://127.0.0.1:${port}/v1/ingest`;
    expect(await postBatch(url, batch, { timeoutMs: 1500 })).toEqual({
      status: 200,
      isRetried: true,
    });
    expect(bodies[1]).toBe(bodies[0]);
    expect(await storedOf('usage')).toHaveLength(2);
    expect(await kit.store.sourceCounts()).toMatchObject([{ rejected: 0 }]);
  });

  it('takes a packed body too', async () => {
    const packed = Buffer.from(gzipSync(JSON.stringify(batchOf('d', [callOf('d', 1)]))));
    expect((await post(packed, { headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
    expect(await storedOf('usage')).toHaveLength(1);
  });
});

describe('modelstat: secrets', () => {
  it('of a refused body are in no sample of it', async () => {
    await post(JSON.stringify({ device_id: 'd', note: `key ${SECRET}` }));
    const { rows } = await kit.store.listRejects({ limit: 10, offset: 0 });
    expect(rows).toMatchObject([
      { reason: 'invalid-event', sample: expect.stringContaining('[REDACTED:') },
    ]);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });

  it('in any field of an event or a tool call are hidden', async () => {
    const events = [callOf('d', 1, { cwd: `/x/${SECRET}`, metadata: { note: SECRET } })];
    const call = { external_call_id: 'tc_1', session_id: 'sess', later: { arg: SECRET } };
    await post(JSON.stringify(batchOf('d', events, { tool_calls: [call] })));
    const all = JSON.stringify(await kit.store.readEvents({ since: 0, limit: 100 }));
    expect(all).toContain('[REDACTED:');
    expect(all).not.toContain(SECRET);
  });
});

const fullSchema = z.looseObject({
  batch_id: z.string(),
  events: z.array(z.looseObject({ source_event_id: z.string() })),
  tool_calls: z.array(
    z.looseObject({
      external_call_id: z.string(),
      source_event_id: z.string(),
      call_index: z.number(),
    }),
  ),
});
const casesSchema = z.object({
  cases: z.array(
    z.looseObject({
      input_parts: z.union([z.string(), z.array(z.string())]),
      expected_text: z.string().optional(),
      secrets: z.number(),
    }),
  ),
});

describe.skipIf(!existsSync(SAMPLES))('modelstat: the published samples, in parts', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, SAMPLES), 'utf8'));

  it('ingest-full.json in two halves with overlap, then whole, is the same', async () => {
    const full = fullSchema.parse(read('ingest-full.json'));
    const half = (events: unknown[], calls: unknown[]) =>
      post(JSON.stringify({ ...full, events, tool_calls: calls }));
    await half(full.events.slice(0, 2), full.tool_calls.slice(0, 2));
    await half(full.events.slice(1), full.tool_calls.slice(1));
    const before = await kit.store.readEvents({ since: 0, limit: 1000 });
    await half(full.events, full.tool_calls);
    expect(await kit.store.readEvents({ since: 0, limit: 1000 })).toEqual(before);
    expect([
      (await storedOf('message')).length,
      (await storedOf('usage')).length,
      (await storedOf('error')).length,
    ]).toEqual([6, 3, 2]);
  });

  it('ids of batches and tool calls are those of the published rule', () => {
    const full = fullSchema.parse(read('ingest-full.json'));
    expect(batchId(full.events.map((event) => event.source_event_id))).toBe(full.batch_id);
    for (const call of full.tool_calls) {
      expect(toolCallId(call.source_event_id, call.call_index)).toBe(call.external_call_id);
    }
  });

  it('the store holds no text of which anything was to be hidden', async () => {
    const { cases } = casesSchema.parse(read('redaction-cases.json'));
    const texts = cases.map(({ input_parts: parts }) =>
      typeof parts === 'string' ? parts : parts.join(''),
    );
    const events = texts.map((text, n) => callOf('d', n, { content_excerpt: text }));
    await post(JSON.stringify(batchOf('d', events)));
    const all = JSON.stringify(await kit.store.readEvents({ since: 0, limit: 1000 }));
    const hidden = cases.flatMap(({ secrets, expected_text: kept }, index) => {
      // One case is a text that was redacted before: it stays as it is.
      const text = texts[index];
      return secrets > 0 && text !== undefined && text !== kept ? [text] : [];
    });
    expect(hidden.length).toBeGreaterThan(15);
    for (const text of hidden) expect(all).not.toContain(JSON.stringify(text).slice(1, -1));
  });
});
