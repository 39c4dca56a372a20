import { describe, expect, test } from 'vitest';

import type { PreparedEvent } from '#db/store.ts';
import type { EventDraft } from '#organism/event.ts';
import { journalEventSchema } from '#organism/event.ts';

import {
  NOON,
  PRICE,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeReject,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';

const at = { occurredAt: NOON + 0.125, receivedAt: NOON + 5 };

/** One of every type, so that what is stored of each is read back. */
const DRAFTS: readonly EventDraft[] = [
  {
    type: 'organism',
    key: 'o',
    ...at,
    name: 'Garden',
    status: 'running',
    uptimeSeconds: 3,
    startedAt: NOON,
  },
  {
    type: 'agent',
    key: 'a',
    ...at,
    agent: 'greeter',
    description: 'greets',
    isAgent: true,
    peers: ['shouter'],
    payloadClass: 'Greeting',
  },
  { type: 'agent_state', key: 's', ...at, agent: 'greeter', state: 'waiting', currentThread: null },
  { type: 'thread_created', key: 'tc', ...at, threadId: 't', status: 'active' },
  { type: 'thread_updated', key: 'tu', ...at, threadId: 't', status: 'error', error: 'boom' },
  makeMessage('m', { ...at, payload: { deep: [{ text: 'ä "quoted" 🙂' }], none: null } }),
  makeUsage('u', { ...at, notReported: ['reasoning'], metadata: { run: 7 } }),
  {
    type: 'budget',
    key: 'b',
    ...at,
    threadId: 't',
    maxTokens: 100,
    promptTokens: 1,
    completionTokens: 2,
    totalTokens: 3,
  },
  {
    type: 'error',
    key: 'e',
    ...at,
    threadId: null,
    agent: 'greeter',
    text: 'oops',
    severity: 'error',
  },
  { type: 'source_status', key: 'ss', ...at, state: 'live', since: NOON, socketMode: 'all' },
  { type: 'reload', key: 'r', ...at, success: true, added: ['x'], removed: [], updated: [] },
  {
    type: 'gap',
    key: 'g',
    ...at,
    what: 'messages',
    from: null,
    to: NOON,
    reason: 'only the newest',
  },
  { type: 'raw', key: 'w', ...at, name: 'novelty', payload: [1, 'two'] },
];
const EVENTS: readonly PreparedEvent[] = DRAFTS.map((draft) => ({
  ...draft,
  receivedAt: NOON + 5,
}));

describe('append', () => {
  test('every type of event is read back as it was acknowledged', async () => {
    const store = await openTestStore();
    const { stored } = await store.append(makeBatch(EVENTS));
    const read = await store.readEvents({ since: 0, limit: 100 });
    expect(stored).toHaveLength(DRAFTS.length);
    expect(read).toEqual(stored);
    expect(read.map((event) => journalEventSchema.parse(event))).toEqual(read);
  });

  test('positions grow by one, and the newest is known at once', async () => {
    const store = await openTestStore();
    const first = await store.append(makeBatch([makeMessage('1'), makeMessage('2')]));
    const second = await store.append(makeBatch([makeMessage('3')]));
    expect([...first.stored, ...second.stored].map((event) => event.seq)).toEqual([1, 2, 3]);
    expect(await store.lastSeq()).toBe(3);
  });

  test('sent twice counts once, also within one batch and after a restart', async () => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    const batch = makeBatch([makeUsage('u'), makeUsage('u'), makeMessage('m')]);
    expect(await store.append(batch)).toMatchObject({ accepted: 2, duplicate: 1, rejected: 0 });
    await store.close();

    const again = await openTestStore({ dataDir });
    expect(await again.append(batch)).toMatchObject({ accepted: 0, duplicate: 3, stored: [] });
    const [total] = await again.sumUsage({ groupBy: [] });
    expect(total?.sum).toMatchObject({ requests: 1, costNanos: 1_234_567 });
    // The control: another key is another call.
    await again.append(makeBatch([makeUsage('u2')]));
    const [both] = await again.sumUsage({ groupBy: [] });
    expect(both?.sum.requests).toBe(2);
  });

  test('the same key of another source is another event', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeMessage('m')]));
    const other = makeBatch([makeMessage('m')], { source: 'field', organismId: 'meadow' });
    expect(await store.append(other)).toMatchObject({ accepted: 1, duplicate: 0 });
  });

  test('a message or model call that comes again with another body is a conflict', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeMessage('m'), makeUsage('u')]));
    const result = await store.append(
      makeBatch([makeMessage('m', { payload: 'other' }), makeUsage('u', { latencyMs: 1 })]),
    );
    expect(result).toMatchObject({ accepted: 0, duplicate: 0, rejected: 2 });
    const { rows, total } = await store.listRejects({ source: 'lab', limit: 10, offset: 0 });
    expect(total).toBe(2);
    expect(rows[1]).toMatchObject({ reason: 'conflict', source: 'lab', receivedAt: NOON + 5 });
    expect(rows[1]?.detail).toContain('"m"');
    expect(rows[1]?.sample).toContain('other');
    expect(
      (await store.listMessages({ organismId: 'garden', limit: 5, offset: 0 })).rows,
    ).toMatchObject([{ payload: { text: 'hello from m' } }]);
  });

  test('what is ours may differ between two readings: no conflict', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeUsage('u', { metadata: { a: 1, b: 2 } })]));
    const again = makeUsage('u', {
      metadata: { b: 2, a: 1 },
      receivedAt: NOON + 999,
      costNanos: null,
      price: null,
    });
    expect(await store.append(makeBatch([again]))).toMatchObject({ duplicate: 1, rejected: 0 });
  });

  test('an observation that comes again reworded is a duplicate', async () => {
    const store = await openTestStore();
    const state = {
      type: 'agent_state',
      key: 'k',
      agent: 'a',
      currentThread: null,
      ...at,
    } as const;
    await store.append(makeBatch([{ ...state, state: 'idle' }]));
    const again = await store.append(makeBatch([{ ...state, state: 'waiting' }]));
    expect(again).toMatchObject({ duplicate: 1, rejected: 0 });
  });

  test('accepted + duplicate + rejected = received, with the last reject and redactions', async () => {
    const store = await openTestStore();
    await store.append(
      makeBatch([makeMessage('1'), makeMessage('2'), makeMessage('2')], {
        rejects: [makeReject(), makeReject({ reason: 'too-deep', receivedAt: NOON + 9 })],
        redactions: { 'aws-key': 2, ['__proto__']: 1 },
      }),
    );
    await store.append(makeBatch([], { redactions: { 'aws-key': 1 } }));
    const [counts] = await store.sourceCounts();
    expect(counts).toMatchObject({
      source: 'lab',
      received: 5,
      accepted: 2,
      duplicate: 1,
      rejected: 2,
      lastReceivedAt: NOON + 9,
      lastReject: { reason: 'too-deep', source: 'lab' },
    });
    expect(Object.entries(counts?.redactions ?? {})).toEqual([
      ['__proto__', 1],
      ['aws-key', 3],
    ]);
  });

  test('the quarantine keeps the newest 10,000, the counter all', async () => {
    const store = await openTestStore();
    const rejects = Array.from({ length: 10_005 }, (_, i) => makeReject({ sample: `${i}` }));
    await store.append(makeBatch([], { rejects }));
    const { rows, total } = await store.listRejects({ limit: 1, offset: 9999 });
    expect(total).toBe(10_000);
    expect(rows[0]?.sample).toBe('5');
    expect((await store.sourceCounts())[0]?.rejected).toBe(10_005);
  });

  test('cursors are saved with the events', async () => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    expect(await store.getCursor('lab', 'usage')).toBeNull();
    await store.append(makeBatch([makeMessage('1')], { cursors: { usage: '41' } }));
    await store.append(makeBatch([], { cursors: { usage: '42' } }));
    await store.close();
    const again = await openTestStore({ dataDir });
    expect(await again.getCursor('lab', 'usage')).toBe('42');
    expect(await again.getCursor('field', 'usage')).toBeNull();
  });

  test('a price stays with its row when the next table has another', async () => {
    const store = await openTestStore();
    const dearer = { ...PRICE, version: '2026-04' };
    await store.append(makeBatch([makeUsage('1'), makeUsage('2', { price: dearer })]));
    const { rows } = await store.listUsage({ limit: 10, offset: 0 });
    expect(rows.map((row) => row.price)).toEqual([dearer, PRICE]);
  });

  test('appends that wait are committed together, and resolve in order', async () => {
    const store = await openTestStore();
    const order: number[] = [];
    const appends = Array.from({ length: 50 }, async (_, i) => {
      const { stored } = await store.append(makeBatch([makeMessage(`m${i}`)]));
      order.push(...stored.map((event) => event.seq));
    });
    await Promise.all(appends);
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(store.stats().commits).toBeLessThan(50);
  });

  test('back-pressure: a full queue makes appenders wait and loses nothing', async () => {
    const store = await openTestStore();
    const many = (n: number) =>
      makeBatch(Array.from({ length: 6000 }, (_, i) => makeMessage(`${n}.${i}`)));
    const results = await Promise.all(Array.from({ length: 6 }, (_, n) => store.append(many(n))));
    expect(results.reduce((sum, result) => sum + result.accepted, 0)).toBe(36_000);
    expect(store.stats()).toMatchObject({ queuedEvents: 0, waitingAppends: 0, refusedAppends: 0 });
    expect(store.stats().delayedAppends).toBeGreaterThan(0);
  });

  test.each([
    ['cannot be written as JSON', 1n],
    ['cannot cross to the writer', () => {}],
  ])('a batch that %s fails alone', async (_, payload) => {
    const store = await openTestStore();
    const appends = [makeMessage('1'), makeMessage('bad', { payload }), makeMessage('2')].map(
      (event) => store.append(makeBatch([event, makeUsage(`u ${event.key}`)])),
    );
    const [first, bad, last] = await Promise.allSettled(appends);
    expect(first).toMatchObject({ status: 'fulfilled', value: { accepted: 2 } });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'io' } });
    expect(last).toMatchObject({ status: 'fulfilled', value: { accepted: 2 } });
    const events = await store.readEvents({ since: 0, limit: 10 });
    expect(events.map((event) => [event.seq, event.key])).toEqual([
      [1, '1'],
      [2, 'u 1'],
      [3, '2'],
      [4, 'u 2'],
    ]);
    const [total] = await store.sumUsage({ groupBy: [] });
    expect(total?.sum.requests).toBe(2);
    expect((await store.sourceCounts())[0]).toMatchObject({ received: 4, accepted: 4 });
    const thread = await store.getThread('garden', 'thread-1');
    expect(thread).toMatchObject({ messageCount: 2, costNanos: 2 * 1_234_567 });
  });
});
