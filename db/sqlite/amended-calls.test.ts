import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { PreparedEvent } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import { emptyOrganism } from '#organism/state.ts';

import { NOON, makeBatch, makeDataDir, makeUsage, openTestStore } from './store-fixtures.ts';
import type { SqliteStore } from './store.ts';

type Call = Extract<PreparedEvent, { type: 'usage' }>;

const WHOLE = { inputFresh: 200, cacheRead: 800, cacheWrite: 0, outputVisible: 40, reasoning: 5 };
/** The same call where nobody told the cache and the reasoning apart. */
const COARSE = { inputFresh: 1000, cacheRead: 0, cacheWrite: 0, outputVisible: 45, reasoning: 0 };
const UNTOLD = { notReported: ['cacheRead', 'reasoning'] satisfies Call['notReported'] };
const UNPRICED = { costNanos: null, price: null };

/** From poor to rich: what the price is made of comes as a whole. */
const PRICED: readonly Partial<Call>[] = [
  { model: '', provider: '', tokens: COARSE, ...UNTOLD, ...UNPRICED },
  { provider: '', tokens: COARSE, ...UNTOLD, costNanos: 5000 },
  { tokens: COARSE, ...UNTOLD, costNanos: 5000 },
  { tokens: WHOLE, costNanos: 3000 },
];
/** Each by itself: absent or there. */
const SINGLES = {
  latencyMs: 700.25,
  reportedCostNanos: 2900,
  org: 'acme',
  user: 'ada',
  agent: 'greeter',
  threadId: 'thread-1',
} as const satisfies Partial<Call>;
const NOTHING = { latencyMs: null, reportedCostNanos: null, org: null, user: null, agent: null };

interface Form {
  readonly level: number;
  readonly fields: readonly (keyof typeof SINGLES)[];
}

const POOR: Form = { level: 0, fields: [] };
const RICH: Form = {
  level: 3,
  fields: ['latencyMs', 'reportedCostNanos', 'org', 'user', 'agent', 'threadId'],
};

function telling({ level, fields }: Form, key = 'c1'): Call {
  const told = Object.fromEntries(fields.map((field) => [field, SINGLES[field]]));
  const base = { ...NOTHING, threadId: null, ...PRICED[level], ...told };
  return makeUsage(key, { ...base, mayAmend: true });
}

/** The one telling that has what any of them has. */
function richest(forms: readonly Form[]): Form {
  return {
    level: Math.max(...forms.map(({ level }) => level)),
    fields: [...new Set(forms.flatMap(({ fields }) => fields))],
  };
}

const form: fc.Arbitrary<Form> = fc.record({
  level: fc.integer({ min: 0, max: PRICED.length - 1 }),
  fields: fc.subarray([...RICH.fields]),
});

interface Told {
  readonly forms: readonly Form[];
  /** Which of them come again, and which batches are one with the next. */
  readonly again: readonly number[];
  readonly joined: readonly boolean[];
}

const tellings: fc.Arbitrary<Told> = fc.record({
  forms: fc.array(form, { minLength: 1, maxLength: 6 }),
  again: fc.array(fc.nat(5), { maxLength: 4 }),
  joined: fc.array(fc.boolean(), { maxLength: 10 }),
});

/** Beside another call, of which nothing may change; `whole` is what it all comes to. */
function batchesOf({ forms, again, joined }: Told, name: string) {
  const other = telling(RICH, `${name} other`);
  const batches: Call[][] = [[other]];
  for (const [i, each] of [...forms, ...again.flatMap((place) => forms[place] ?? [])].entries()) {
    const call = telling(each, name);
    if (joined[i] === true) batches.at(-1)?.push(call);
    else batches.push([call]);
  }
  return { batches, whole: [other, telling(richest(forms), name)] };
}

async function expectSame(store: SqliteStore, control: SqliteStore, organismId: string) {
  expect(await accountOf(store, organismId)).toEqual(await accountOf(control, organismId));
  expect(await pictureOf(store, organismId)).toEqual(await pictureOf(control, organismId));
}

async function append(store: SqliteStore, ...events: Call[]) {
  return store.append(makeBatch(events));
}

/** All that is said of usage, of any call but where and when it was told. */
async function accountOf(store: SqliteStore, organismId: string) {
  const dimensions = ['model', 'agent', 'org', 'provider', 'thread', 'billing'] as const;
  const sums = await Promise.all(
    dimensions.map((dimension) => store.sumUsage({ organismId, groupBy: [dimension] })),
  );
  const days = await Promise.all(
    ['UTC', 'Asia/Kathmandu'].map((timezone) =>
      store.dailyUsage({ organismId, timezone, groupBy: 'model' }),
    ),
  );
  const { rows: calls, total } = await store.listUsage({ organismId, limit: 50, offset: 0 });
  const thread = await store.getThread(organismId, 'thread-1');
  return {
    sums,
    days,
    // Rows of the ledger themselves, which a range that cuts a quarter hour reads.
    edge: await store.sumUsage({ organismId, from: NOON - 1, to: NOON + 1, groupBy: ['model'] }),
    names: await store.listUsageNames(organismId, 'model'),
    calls: calls.map(({ seq: _seq, receivedAt: _receivedAt, ...call }) => call),
    total,
    thread: thread === null ? null : [thread.totalTokens, thread.costNanos],
  };
}

async function pictureOf(store: SqliteStore, organismId: string) {
  const events = await store.readEvents({ organismId, since: 0, limit: 1000 });
  const { usage, usageByModel, agents, threads } = applyAll(emptyOrganism(organismId), events);
  return {
    usage,
    usageByModel,
    agents: [...agents.values()].map(({ name, usage: own }) => [name, own]),
    threads: [...threads.values()].map(({ id, usage: own }) => [id, own]),
  };
}

describe('a call told again with more in it', () => {
  test.each([
    ['poor first', [POOR, RICH]],
    ['rich first', [RICH, POOR]],
    ['over and over', [POOR, RICH, POOR, RICH, RICH]],
    ['bit by bit', [POOR, { level: 1, fields: ['latencyMs'] }, { level: 2, fields: [] }, RICH]],
  ] satisfies [string, Form[]][])('is one call with all of it: %s', async (_how, forms) => {
    const store = await openTestStore();
    for (const each of forms) await append(store, telling(each));
    const control = await openTestStore();
    await append(control, telling(RICH));
    await expectSame(store, control, 'garden');
  });

  test('is that in whatever order, however often, in one commit or many', async () => {
    const [store, control] = [await openTestStore(), await openTestStore()];
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(tellings, async (told) => {
        runs += 1;
        const organismId = `garden-${runs}`;
        const { batches, whole } = batchesOf(told, organismId);
        for (const batch of batches) await store.append(makeBatch(batch, { organismId }));
        await control.append(makeBatch(whole, { organismId }));
        await expectSame(store, control, organismId);
      }),
      { numRuns: 60 },
    );
    expect(await store.verifyRows({ since: 0, limit: 100_000 })).toMatchObject({ damaged: [] });
    const [counts] = await store.sourceCounts();
    expect(counts?.rejected).toBe(0);
  });

  test('stays so over restarts', async () => {
    const told = {
      forms: [POOR, { level: 1, fields: ['user'] }, RICH] satisfies Form[],
      again: [0, 2, 1],
      joined: [],
    };
    const { batches, whole } = batchesOf(told, 'garden');
    const dataDir = await makeDataDir();
    for (const batch of batches) {
      const store = await openTestStore({ dataDir });
      await store.append(makeBatch(batch));
      await store.close();
    }
    const [store, control] = [await openTestStore({ dataDir }), await openTestStore()];
    await control.append(makeBatch(whole));
    await expectSame(store, control, 'garden');
    expect(await store.verifyRows({ since: 0, limit: 1000 })).toMatchObject({ damaged: [] });
  });

  test('says to those who watch what it is now and what it was', async () => {
    const store = await openTestStore();
    const result = await append(store, telling(POOR), telling(RICH), telling(POOR));
    expect(result).toMatchObject({ accepted: 2, duplicate: 1, rejected: 0 });
    expect(result.stored[1]).toMatchObject({
      type: 'usage_amended',
      key: 'c1~1',
      model: 'claude-sonnet',
      tokens: WHOLE,
      amends: { seq: 1, key: 'c1', was: { model: '', tokens: COARSE, costNanos: null } },
    });
    const [told, amended] = await store.readEvents({ since: 0, limit: 10 });
    expect(told).toMatchObject({ key: 'c1', model: '', tokens: COARSE, latencyMs: null });
    expect(amended).toEqual(JSON.parse(JSON.stringify(result.stored[1])));
  });

  test('keeps what was told first where two tellings differ', async () => {
    const store = await openTestStore();
    await append(store, telling({ ...RICH, fields: ['org'] }));
    const other = { ...telling(RICH), model: 'gpt-5', org: 'evil', latencyMs: 9, mayRepeat: true };
    await append(store, { ...other, mayRepeat: true });
    const { rows } = await store.listUsage({ organismId: 'garden', limit: 5, offset: 0 });
    expect(rows).toMatchObject([{ model: 'claude-sonnet', org: 'acme', latencyMs: 9 }]);
  });

  test('that contradicts what is known, and adds nothing, is a conflict', async () => {
    const store = await openTestStore();
    await append(store, telling(RICH));
    expect(await append(store, { ...telling(RICH), latencyMs: 9 })).toMatchObject({ rejected: 1 });
    expect(await append(store, telling(POOR), telling(RICH))).toMatchObject({ duplicate: 2 });
  });

  test('is amended a few times and no more', async () => {
    const store = await openTestStore();
    await append(store, telling(POOR));
    const results = [];
    for (let i = 0; i < 10; i += 1) {
      const more = { metadata: { [`field${i}`]: i }, mayRepeat: true } as const;
      results.push((await append(store, { ...telling(POOR), ...more })).accepted);
    }
    expect(results).toEqual([...Array(8).fill(1), 0, 0]);
  });

  test('of another organism is no telling of this one', async () => {
    const store = await openTestStore();
    await append(store, telling(POOR));
    const again = { ...telling(RICH), mayRepeat: true } as const;
    const result = await store.append(makeBatch([again], { organismId: 'forest' }));
    expect(result).toMatchObject({ accepted: 0, duplicate: 1 });
  });

  test('without leave to be amended is a conflict, as ever', async () => {
    const store = await openTestStore();
    const { mayAmend: _mayAmend, ...once } = telling(POOR);
    const { mayAmend: _leave, ...again } = telling(RICH);
    await append(store, once);
    expect(await append(store, again)).toMatchObject({ accepted: 0, rejected: 1 });
  });
});
