import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Place, PlacedPage, PreparedEvent, Store, ThreadQuery } from '#db/store.ts';

import { NOON, makeBatch, makeUsage, openTestStore } from './store-fixtures.ts';

const GARDEN = { organismId: 'garden', offset: 0 };
const SORTS = ['activity', 'created', 'messages', 'tokens', 'cost', 'budget'] as const;

/** All pages, each from the place the one before it ended at. */
async function readPages<T>(
  read: (after: Place | undefined) => Promise<PlacedPage<T>>,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T[]> {
  const rows: T[] = [];
  for (let after: Place | undefined; ;) {
    const page = await read(after);
    rows.push(...page.rows);
    if (page.next === null) return rows;
    after = page.next;
    await between();
  }
}

function makeThread(id: string, facts: { at: number | null; createdAt?: number; count: number }) {
  const base = { key: `t ${id}`, occurredAt: facts.at ?? NOON, receivedAt: NOON };
  if (facts.at === null) {
    // Known from a reading of its budget alone: neither active nor begun at any time.
    const tokens = { maxTokens: facts.count, promptTokens: 1, completionTokens: 0, totalTokens: 1 };
    return { ...base, type: 'budget', threadId: id, ...tokens } as const;
  }
  const { at: lastActivity, createdAt, count: messageCount } = facts;
  const known = { threadId: id, status: 'active', lastActivity, messageCount };
  return { ...base, type: 'thread_updated', ...known, createdAt } as const;
}

const thread = fc.record({
  at: fc.option(fc.constantFrom(NOON, NOON + 1, NOON + 0.5)),
  createdAt: fc.constantFrom(NOON - 5, NOON - 4),
  count: fc.constantFrom(0, 3, 70),
});

describe('pages from place to place', () => {
  test('of threads are one list, in every order, with ties and unknown times', async () => {
    const store = await openTestStore();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(thread, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...SORTS),
        fc.constantFrom('asc', 'desc'),
        fc.integer({ min: 1, max: 5 }),
        async (threads, sort, direction, limit) => {
          run += 1;
          const organismId = `run-${run}`;
          const events: PreparedEvent[] = threads.map((facts, i) => makeThread(`t${i}`, facts));
          await store.append(makeBatch(events, { organismId, source: organismId }));
          const query: ThreadQuery = { organismId, sort, direction, limit, offset: 0 };
          const paged = await readPages((after) => store.listThreads({ ...query, after }));
          const whole = await store.listThreads({ ...query, limit: 100 });
          expect(paged).toEqual(whole.rows);
          expect(whole).toMatchObject({ total: threads.length, next: null });
          const second = await store.listThreads({ ...query, offset: limit });
          expect(second.rows).toEqual(whole.rows.slice(limit, 2 * limit));
        },
      ),
      { numRuns: 80 },
    );
  });

  test('of threads hold the largest, though those of the newest activity are the smallest', async () => {
    const store = await openTestStore();
    const count = 3100;
    const threads = Array.from({ length: count }, (_, i) => ({
      ...makeThread(`t${i}`, {
        at: NOON + i,
        createdAt: NOON + ((i * 7) % count),
        count: count - i,
      }),
      // Of one agent all are looked through in order, of the other all are put in order.
      participants: i % 10 === 0 ? ['ash', 'elm'] : ['ash'],
    }));
    await store.append(makeBatch(threads));
    for (const sort of ['messages', 'created'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const query: ThreadQuery = { ...GARDEN, sort, direction, limit: 700 };
        const paged = await readPages((after) => store.listThreads({ ...query, after }));
        const values = paged.map((row) => (sort === 'messages' ? row.messageCount : row.createdAt));
        const ascending = values.toSorted((a, b) => (a ?? 0) - (b ?? 0));
        expect(values).toEqual(direction === 'asc' ? ascending : ascending.toReversed());
        expect(new Set(paged.map(({ id }) => id)).size).toBe(count);
        for (const [agent, step] of [
          ['ash', 1],
          ['elm', 10],
        ] as const) {
          const after =
            (await store.listThreads({ ...query, agent, limit: 100 })).next ?? undefined;
          const page = await store.listThreads({ ...query, agent, limit: 100, after });
          const all = paged.filter(({ id }) => Number(id.slice(1)) % step === 0);
          expect(page.rows).toEqual(all.slice(100, 200));
          expect(page.total).toBe(all.length);
        }
        // Most of them, some, and few; of the busy one's not all are counted.
        for (const activeSince of [NOON + 100, NOON + 1000, NOON + 2900]) {
          const since = paged.filter(({ lastActivity }) => (lastActivity ?? 0) >= activeSince);
          const found = { ...query, activeSince, limit: 60 };
          const whole = await store.listThreads(found);
          expect(whole.rows).toEqual(since.slice(0, 60));
          expect(whole.total).toBe(since.length);
          const busy = { ...found, agent: 'ash', after: whole.next ?? undefined };
          const behind = await store.listThreads(busy);
          expect(behind.rows).toEqual(since.slice(60, 120));
          const isAll = since.length < 2000;
          expect(behind.total).toBe(isAll ? since.length : 2000);
          expect(behind.isTotalAtLeast).toBe(!isAll);
          const deep = await store.listThreads({ ...busy, after: undefined, offset: 1990 });
          expect(deep.total).toBe(Math.min(since.length, 1990 + 60 + 1));
        }
      }
    }
  });

  test('of threads count those stored since the last look, and no other organism’s', async () => {
    const store = await openTestStore();
    const add = (id: string, organismId: string) =>
      store.append(
        makeBatch([makeThread(id, { at: NOON, count: 1 })], { organismId, source: organismId }),
      );
    const totalOf = async (organismId: string) =>
      (await store.listThreads({ organismId, limit: 1, offset: 0 })).total;
    for (const [i, expected] of [1, 2, 3].entries()) {
      await add(`t${i}`, 'garden');
      await add(`o${i}`, 'orchard');
      await add('again', 'orchard');
      expect(await totalOf('garden')).toBe(expected);
      expect(await totalOf('orchard')).toBe(expected + 1);
    }
  });

  test('stay where they are while newer rows are stored', async () => {
    const store = await openTestStore();
    const calls = Array.from({ length: 20 }, (_, i) =>
      makeUsage(`u${i}`, { occurredAt: NOON + i }),
    );
    await store.append(makeBatch(calls));
    let more = 0;
    const rows = await readPages(
      (after) => store.listUsage({ ...GARDEN, limit: 3, after }),
      () => store.append(makeBatch([makeUsage(`new ${(more += 1)}`, { occurredAt: NOON + 1000 })])),
    );
    expect(rows.map((row) => row.key)).toEqual(calls.map((call) => call.key).toReversed());
    expect(more).toBeGreaterThan(3);
    // The control: counted from the start, the same pages repeat a row for each one stored.
    const byOffset: string[] = [];
    for (let offset = 0; offset < 9; offset += 3) {
      const page = await store.listUsage({ ...GARDEN, limit: 3, offset });
      byOffset.push(...page.rows.map((row) => row.key));
      await store.append(makeBatch([makeUsage(`late ${offset}`, { occurredAt: NOON + 2000 })]));
    }
    expect(new Set(byOffset).size).toBeLessThan(byOffset.length);
  });

  test('of errors go on where the last ended', async () => {
    const store = await openTestStore();
    const errors = Array.from({ length: 7 }, (_, i) => makeError(`e${i}`, NOON + (i % 3)));
    await store.append(makeBatch(errors));
    const paged = await readPages((after) => store.listErrors({ ...GARDEN, limit: 2, after }));
    const { rows, total } = await store.listErrors({ ...GARDEN, limit: 100 });
    expect(paged).toEqual(rows);
    expect(total).toBe(7);
  });
});

function makeError(key: string, occurredAt: number): PreparedEvent {
  const where = { threadId: null, agent: null };
  const what = { text: 'boom', severity: 'error' } as const;
  return { type: 'error', key, occurredAt, receivedAt: NOON, ...where, ...what };
}

test('a far offset into model calls is the row a plain list has there', async () => {
  const store = await openTestStore();
  const calls = Array.from({ length: 4000 }, (_, i) =>
    makeUsage(`u${i}`, {
      // Uneven: some days with hundreds, some with none, several calls at one instant.
      occurredAt: NOON + Math.floor(i ** 1.7 / 3) * 20_000,
      agent: i % 3 === 0 ? 'greeter' : 'shouter',
    }),
  );
  await store.append(makeBatch(calls));
  const newestFirst = calls.toReversed().sort((a, b) => b.occurredAt - a.occurredAt);
  const ask = async (store: Store, query: Partial<Parameters<Store['listUsage']>[0]>) => {
    const { rows, total } = await store.listUsage({ ...GARDEN, limit: 5, ...query });
    return { keys: rows.map((row) => row.key), total };
  };
  const ranges = [{}, { to: NOON + 9e9 + 12_345 }, { from: NOON + 4e8, to: NOON + 3e9 }];
  for (const range of ranges) {
    const { from = -Infinity, to = Infinity } = range;
    const within = newestFirst.filter((c) => c.occurredAt >= from && c.occurredAt < to);
    for (const agent of [undefined, 'greeter']) {
      const matching = within.filter((call) => agent === undefined || call.agent === agent);
      for (const offset of [999, 1000, 1001, 1777, 2500, 3998, 3999, 4000, 9999]) {
        const expected = matching.slice(offset, offset + 5).map((call) => call.key);
        expect(await ask(store, { ...range, agent, offset })).toEqual({
          keys: expected,
          total: matching.length,
        });
      }
    }
  }
});
