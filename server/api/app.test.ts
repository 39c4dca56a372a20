import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { StoreError } from '#db/store.ts';
import {
  agentInfoSchema,
  agentListSchema,
  capabilityDetailSchema,
  messageListSchema,
  organismConfigSchema,
  organismInfoSchema,
  threadListSchema,
} from '#organism/agentserver/entities.ts';
import { threadRowListSchema } from '#organism/api/resources.ts';

import {
  NOON,
  agentEvent,
  budgetEvent,
  errorEvent,
  messageEvent,
  organismEvent,
  threadEvent,
  usageEvent,
} from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { TEST_KEY, openTestApi } from './test-kit.ts';

let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi({
    organisms: ['one', 'two'],
    now: () => NOON + 30_000,
    schema: { schema: '<xs:schema/>', contentType: 'application/xml' },
  });
  await kit.emit([
    organismEvent({
      config: { port: 8765, thread_scheduling: 'breadth-first', api_key: 'secret' },
    }),
    agentEvent('planner'),
    agentEvent('coder', { isAgent: false, queueDepth: 3 }),
    agentEvent('gone', { isRemoved: true }),
    messageEvent('m1', { occurredAt: NOON - 3000 }),
    messageEvent('m2', { occurredAt: NOON - 2000, threadId: 'thread-2', payloadType: 'Note' }),
    messageEvent('m3', { occurredAt: NOON - 1000.5, slotIndex: 7 }),
    budgetEvent('thread-1', 1004),
    budgetEvent('thread-2', 905),
    usageEvent(),
    usageEvent({ agent: null, model: 'mystery', costNanos: null, price: null }),
    usageEvent({ model: 'reported', costNanos: null, price: null, reportedCostNanos: 2_000_000 }),
    errorEvent('boom'),
  ]);
  await kit.emit([organismEvent({ name: 'second' }), agentEvent('solo')], { organismId: 'two' });
});
afterAll(() => kit.close());

describe('organism', () => {
  it('answers the first configured, or the one asked for', async () => {
    const first = await kit.get('/api/v1/organism');
    expect(organismInfoSchema.parse(first.body)).toEqual({
      name: 'research-desk',
      status: 'running',
      uptimeSeconds: 90,
      agentCount: 2,
      activeThreads: 2,
      totalMessages: 3,
      identityConfigured: false,
    });
    expect((await kit.get('/api/v1/organism?organism=two')).body).toMatchObject({ name: 'second' });
    expect((await kit.get('/api/v1/organism?organism=')).body).toMatchObject({
      name: 'research-desk',
    });
    const unknown = await kit.get('/api/v1/organism?organism=three');
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Organism not found: three' } });
  });

  it('shows configuration without what it does not know', async () => {
    const { body, text } = await kit.get('/api/v1/organism/config');
    expect(organismConfigSchema.strict().parse(body)).toMatchObject({
      port: 8765,
      thread_scheduling: 'breadth-first',
      listeners: ['planner', 'coder'],
    });
    expect(text).not.toContain('secret');
  });

  it('lists all, in order', async () => {
    const { body } = await kit.get('/api/v1/organisms');
    expect(body).toMatchObject({
      count: 2,
      organisms: [
        { id: 'one', name: 'research-desk', source: 'one-source', agentCount: 2 },
        { id: 'two', name: 'second' },
      ],
    });
  });

  it('is healthy', async () => {
    expect((await kit.get('/health')).body).toEqual({
      status: 'healthy',
      organism: 'research-desk',
      uptime_seconds: 90,
    });
  });
});

describe('agents', () => {
  it('are listed without the removed', async () => {
    const { agents, count } = agentListSchema.parse((await kit.get('/api/v1/agents')).body);
    expect(agents.map(({ name }) => name)).toEqual(['planner', 'coder']);
    expect(count).toBe(2);
    const one = agentInfoSchema.parse((await kit.get('/api/v1/agents/coder')).body);
    expect(one).toEqual(agents[1]);
    expect(one).toMatchObject({ isAgent: false, queueDepth: 3 });
  });

  it.each([
    ['/api/v1/agents/nobody', 'Agent not found: nobody'],
    ['/api/v1/agents/gone', 'Agent not found: gone'],
    ['/api/v1/agents/nobody/config', 'Agent not found: nobody'],
    ['/api/v1/agents/nobody/schema', 'Schema not found for agent: nobody'],
    ['/api/v1/capabilities/nobody', 'Capability not found: nobody'],
    ['/api/v1/threads/nope', 'Thread not found: nope'],
    ['/api/v1/threads/nope/messages', 'Thread not found: nope'],
    ['/api/v1/usage/threads/nope', 'No budget found for thread: nope'],
    ['/api/v1/nothing', 'Not Found'],
    ['/ws', 'Not Found'],
    ['/api/v1/sources/nobody/rejects', 'Source not found: nobody'],
  ])('GET %s is 404', async (path, detail) => {
    expect(await kit.get(path)).toMatchObject({ status: 404, body: { detail } });
  });

  it('have a config, a schema and a capability', async () => {
    expect((await kit.get('/api/v1/agents/planner/config')).body).toEqual({
      name: 'planner',
      description: 'the planner',
      isAgent: true,
      peers: ['coder'],
      payloadClass: 'handlers.Task',
    });
    const schema = { schema: '<xs:schema/>', contentType: 'application/xml' };
    expect((await kit.get('/api/v1/agents/planner/schema')).body).toEqual(schema);
    const { body } = await kit.get('/api/v1/capabilities/planner');
    expect(capabilityDetailSchema.parse(body)).toMatchObject({
      rootTag: 'planner.task',
      schemaXsd: '<xs:schema/>',
    });
  });
});

describe('threads', () => {
  it('are listed by newest activity, with what our store adds', async () => {
    const { body } = await kit.get('/api/v1/threads');
    const { threads } = threadListSchema.parse(body);
    expect(threads.map(({ id }) => id).sort()).toEqual(['thread-1', 'thread-2']);
    expect(body).toMatchObject({ count: 2, total: 2, offset: 0, limit: 50 });
    const one = (await kit.get('/api/v1/threads/thread-1')).body;
    expect(one).toMatchObject({
      status: 'active',
      messageCount: 2,
      error: 'boom',
      budget: { maxTokens: 1000, totalTokens: 1004 },
      costNanos: 3_234_567,
      unpricedRequests: 1,
    });
  });

  it('refuse an unknown status as the contract does', async () => {
    const answer = await kit.get('/api/v1/threads?status=running');
    const detail =
      "Invalid status: running. Valid values: ['active', 'completed', 'error', 'killed']";
    expect(answer).toMatchObject({ status: 400, body: { detail } });
    expect((await kit.get('/api/v1/threads?status=')).body).toMatchObject({ total: 2 });
  });

  it('go on from the `next` of the page before, in the same order alone', async () => {
    const first = (await kit.get('/api/v1/threads?limit=1&sort=cost')).body as { next: string };
    const path = `/api/v1/threads?limit=1&sort=cost&cursor=${first.next}`;
    const second = threadRowListSchema.parse((await kit.get(path)).body);
    const all = threadRowListSchema.parse((await kit.get('/api/v1/threads?sort=cost')).body);
    expect(second.threads).toEqual(all.threads.slice(1, 2));
    expect(all.next).toBeNull();
    for (const cursor of [first.next.slice(1), 'W10', 'not a cursor']) {
      const answer = await kit.get(`/api/v1/threads?sort=cost&cursor=${cursor}`);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ detail: [{ type: 'cursor', loc: ['query', 'cursor'] }] });
    }
    for (const other of ['threads?sort=tokens', 'threads?sort=cost&order=asc', 'errors?limit=1']) {
      const answer = await kit.get(`/api/v1/${other}&cursor=${first.next}`);
      expect(answer.status).toBe(422);
    }
  });

  it.each([
    ['limit=0', 'greater_than_equal', 'Input should be greater than or equal to 1'],
    ['limit=101', 'less_than_equal', 'Input should be less than or equal to 100'],
    [
      'limit=abc',
      'int_parsing',
      'Input should be a valid integer, unable to parse string as an integer',
    ],
    ['offset=-1', 'greater_than_equal', 'Input should be greater than or equal to 0'],
    [
      'since=yesterday',
      'datetime_parsing',
      'Input should be a valid ISO 8601 time, such as 2026-11-21T00:00:00Z',
    ],
    [
      'sort=colour',
      'enum',
      'Input should be one of activity, created, messages, tokens, cost, budget',
    ],
  ])('refuse ?%s naming the field', async (query, type, msg) => {
    const [name, input] = query.split('=');
    const answer = await kit.get(`/api/v1/threads?${query}`);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ detail: [{ type, loc: ['query', name], input, msg }] });
  });
});

describe('messages and errors', () => {
  it('come newest first', async () => {
    const { body } = await kit.get('/api/v1/messages');
    const { messages } = messageListSchema.parse(body);
    expect(messages.map(({ id }) => id)).toEqual(['m3', 'm2', 'm1']);
    expect(messages[0]).toMatchObject({
      threadId: 'thread-1',
      from: 'planner',
      to: 'coder',
      payload: { goal: 'm3' },
      timestamp: '2026-11-21T11:59:58.999500Z',
      slotIndex: 7,
    });
  });

  it('are filtered and paged', async () => {
    const ids = async (query: string): Promise<string[]> => {
      const { body } = await kit.get(`/api/v1/messages?${query}`);
      return messageListSchema.parse(body).messages.map(({ id }) => id);
    };
    expect(await ids('thread=thread-2')).toEqual(['m2']);
    expect(await ids('thread=thread-1&thread=thread-2&order=asc')).toEqual(['m1', 'm2', 'm3']);
    expect(await ids('payload_type=Note')).toEqual(['m2']);
    expect(await ids('agent=nobody')).toEqual([]);
    expect(await ids('limit=1&offset=1')).toEqual(['m2']);
    expect(await ids('unknown=ignored&limit=2&limit=1')).toEqual(['m3']);
    const { body } = await kit.get('/api/v1/threads/thread-1/messages?limit=1');
    expect(body).toMatchObject({ total: 2, count: 1, limit: 1, messages: [{ id: 'm3' }] });
  });

  it('page by position', async () => {
    const all = (await kit.get('/api/v1/messages')).body as { messages: { seq: number }[] };
    const [newest] = all.messages;
    const { body } = await kit.get(`/api/v1/messages?before_seq=${newest!.seq}`);
    expect(body).toMatchObject({ messages: [{ id: 'm2' }, { id: 'm1' }] });
    expect((await kit.get(`/api/v1/messages/${newest!.seq}`)).body).toEqual(newest);
    for (const place of ['1', '999999', 'm3', '-1', '1e3']) {
      expect(await kit.get(`/api/v1/messages/${place}`)).toMatchObject({
        status: 404,
        body: { detail: `Message not found: ${place}` },
      });
    }
  });

  it('errors say where and how bad', async () => {
    const { body } = await kit.get('/api/v1/errors?agent=coder');
    expect(body).toMatchObject({
      count: 1,
      total: 1,
      errors: [{ threadId: 'thread-1', agent: 'coder', error: 'boom', severity: 'error' }],
    });
    expect((await kit.get('/api/v1/errors?thread=nope')).body).toMatchObject({ errors: [] });
  });

  it('search finds them', async () => {
    const { body } = await kit.get('/api/v1/search?q=planner&organism=one');
    expect(body).toMatchObject({
      hits: expect.arrayContaining([expect.objectContaining({ id: 'planner' })]),
    });
    expect((await kit.get('/api/v1/search')).body).toEqual({ hits: [], count: 0 });
  });
});

describe('budgets', () => {
  it('are hottest first, and beyond 100 %', async () => {
    const { body } = await kit.get('/api/v1/usage/threads');
    expect(body).toMatchObject({
      count: 2,
      defaultMaxTokens: 100_000,
      threads: [
        { threadId: 'thread-1', percentUsed: 100.4, remaining: 0, isExhausted: true },
        { threadId: 'thread-2', percentUsed: 90.5, remaining: 95, isExhausted: false },
      ],
    });
    const one = await kit.get('/api/v1/usage/threads/thread-2');
    expect(one.body).toEqual((body as { threads: unknown[] }).threads[1]);
  });
});

describe('what only a message or the ledger names', () => {
  it('is no agent, no running thread and no open budget', async () => {
    const named = await openTestApi();
    await named.emit([
      agentEvent('planner'),
      messageEvent('m1', { threadId: 'talking', from: 'api', to: 'planner' }),
      usageEvent({ threadId: 'ledger-only' }),
      budgetEvent('talking', 100),
      budgetEvent('finished', 200),
      budgetEvent('killed', 300),
      threadEvent('finished', 'completed'),
      threadEvent('killed', 'killed'),
    ]);
    expect((await named.get('/api/v1/organism')).body).toMatchObject({
      agentCount: 1,
      activeThreads: 1,
    });
    expect((await named.get('/api/v1/agents')).body).toMatchObject({ count: 1 });
    expect((await named.get('/api/v1/agents/api')).status).toBe(404);
    const detail = 'Unknown target agent: api';
    expect(await named.post('/api/v1/inject', { to: 'api', payload: {} })).toMatchObject({
      status: 400,
      body: { detail },
    });
    expect((await named.get('/api/v1/threads?status=active')).body).toMatchObject({ total: 1 });
    expect((await named.get('/api/v1/usage/threads')).body).toMatchObject({
      threads: [{ threadId: 'killed' }, { threadId: 'talking' }],
    });
    const finished = await named.get('/api/v1/usage/threads/finished');
    expect(finished.body).toMatchObject({ totalTokens: 200 });
    await named.close();
  });
});

describe('the front door', () => {
  it.each([
    ['HEAD', '/api/v1/agents', 405, 'GET'],
    ['DELETE', '/api/v1/threads', 405, 'GET'],
    ['GET', '/api/v1/inject', 405, 'POST'],
    ['PUT', '/api/v1/agents/planner/pause', 405, 'POST'],
    ['OPTIONS', '/api/v1/inject', 405, 'POST'],
    ['PUT', '/login', 405, 'GET, POST'],
    ['DELETE', '/api/v1/nothing', 404, null],
  ])('%s %s is %i', async (method, path, status, allow) => {
    const answer = await kit.request(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it.each([
    ['/api/v1/agents/', '/api/v1/agents'],
    ['/api/v1/threads/?limit=2', '/api/v1/threads?limit=2'],
    ['/health/', '/health'],
  ])('%s redirects with 307', async (path, location) => {
    const answer = await kit.get(path);
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe(location);
  });

  it('is not a way to other servers', async () => {
    expect((await kit.get('/api//evil.example/')).status).toBe(404);
  });

  it('limits bodies', async () => {
    const large = { to: 'planner', payload: { text: 'x'.repeat(1 << 20) } };
    expect((await kit.post('/api/v1/inject', large)).status).toBe(413);
    const deep = `{"to":"planner","payload":{"a":${'['.repeat(64)}${']'.repeat(64)}}}`;
    expect(await kit.post('/api/v1/inject', deep)).toMatchObject({
      status: 422,
      body: { detail: [{ type: 'too_deep' }] },
    });
    expect(kit.sent).toEqual([]);
  });

  it('limits a body of unknown length too', async () => {
    const chunk = new Uint8Array(1 << 18).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < 8) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const headers = { authorization: `Bearer ${TEST_KEY}` };
    const init = { body, headers, duplex: 'half' } as RequestInit;
    expect((await kit.request('POST', '/api/v1/inject', init)).status).toBe(413);
  });

  it('is kept by no cache', async () => {
    const answer = await kit.get('/healthz');
    expect(answer).toMatchObject({ status: 200, body: { ok: true } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('says nothing about what failed inside', async () => {
    const broken = await openTestApi();
    await broken.emit([messageEvent('m1')]);
    await broken.store.close();
    const answer = await broken.get('/api/v1/threads');
    expect([500, 503]).toContain(answer.status);
    expect(answer.text).not.toMatch(/at .*\.ts/);
    await broken.close();
  });
});

describe('readiness', () => {
  it('names the sources and how long they have been silent', async () => {
    const { status, body } = await kit.get('/readyz');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ready',
      store: { ok: true },
      sources: [{ name: 'one-source', state: 'connecting', silentMs: 30_000 }, {}],
    });
  });

  it('is refused while draining', async () => {
    kit.isDraining = true;
    const answer = await kit.get('/readyz');
    kit.isDraining = false;
    expect(answer).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('is refused when the store takes no write', async () => {
    const failing = await openTestApi({
      checkStore: () => Promise.reject(new StoreError('disk-full', 'the disk is full')),
    });
    expect(await failing.get('/readyz')).toMatchObject({
      status: 503,
      body: { status: 'store-failed', store: { ok: false, reason: 'the disk is full' } },
    });
    await failing.close();
  });
});

describe('without any organism', () => {
  it('says so, and stays healthy', async () => {
    const empty = await openTestApi({ organisms: [] });
    expect(await empty.get('/api/v1/agents')).toMatchObject({
      status: 404,
      body: { detail: 'No organism yet: connect a source' },
    });
    expect((await empty.get('/api/v1/organisms')).body).toEqual({ organisms: [], count: 0 });
    expect((await empty.get('/api/v1/sources')).body).toEqual({ sources: [], count: 0 });
    expect((await empty.get('/health')).body).toMatchObject({ status: 'healthy' });
    await empty.close();
  });
});
