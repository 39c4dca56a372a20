import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';

import type { UsageDimension, UsageQuery } from '#db/store.ts';
import { MINUTE_MS } from '#organism/durations.ts';
import type { EventOf } from '#organism/event.ts';
import { BILLING_KINDS } from '#organism/event.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE, addUsage } from '#organism/usage-sum.ts';

import { NOON, makeBatch, makeUsage, openTestStore } from './store-fixtures.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/New_York',
  'Pacific/Apia',
  // 44 min 30 s behind UTC until 1972: no quarter hour fits.
  'Africa/Monrovia',
];
/** Around clock changes, the end of a year, a leap day, a skipped date and an offset of odd seconds. */
const ANCHORS = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-04-04T15:00Z',
  '2026-10-03T15:30Z',
  '2026-12-31T23:00Z',
  '2028-02-29T00:00Z',
  '2011-12-30T10:00Z',
  '1965-06-01T00:44:30Z',
].map((text) => Date.parse(text));

type Usage = EventOf<'usage'>;

const instant = fc
  .tuple(
    fc.constantFrom(...ANCHORS),
    fc.integer({ min: -3000, max: 3000 }),
    fc.constantFrom(0, 0.001, -0.001, 1, 30_000.5),
  )
  .map(([anchor, minutes, ms]) => anchor + minutes * MINUTE_MS + ms);
const count = fc.constantFrom(0, 1, 7, 1000, 1e12);
const name = fc.constantFrom('a', 'b', 'c');
const nullableName = fc.option(fc.constantFrom('a', 'b', '', '__proto__'));
const nanos = fc.option(fc.constantFrom(0, 1, 999_999_999, 2_000_000_000_000));

const call = fc.record({
  occurredAt: instant,
  threadId: fc.option(fc.constantFrom('t1', 't2', '__proto__')),
  agent: nullableName,
  model: name,
  // As a hostile source could try to pass for covered.
  provider: fc.constantFrom('a', 'b', '', '\u001fsa', '\u001fpa'),
  org: nullableName,
  latencyMs: fc.option(fc.constantFrom(0, 0.25, 812.5, 100_000)),
  reportedCostNanos: nanos,
  costNanos: nanos,
  covered: fc.option(fc.record({ billing: fc.constant('subscription'), listCostNanos: nanos })),
  tokens: fc.record({
    inputFresh: count,
    cacheRead: count,
    cacheWrite: count,
    outputVisible: count,
    reasoning: count,
  }),
});

/** Left out half of the time: open ends and few filters are what is asked for most. */
const filter = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const range = fc
  .tuple(filter(instant), filter(instant))
  .map(([a, b]) =>
    a !== undefined && b !== undefined && b < a ? { from: b, to: a } : { from: a, to: b },
  );
const query = fc
  .tuple(
    range,
    fc.record({
      org: filter(name),
      agent: filter(fc.constantFrom('a', 'b', '__proto__', 'never')),
      model: filter(name),
      provider: filter(fc.constantFrom('a', '', '\u001fsa', 'never')),
      billing: filter(fc.constantFrom(...BILLING_KINDS)),
      threadId: filter(fc.constantFrom('t1', '__proto__')),
    }),
  )
  .map(([range, filters]): UsageQuery => ({ ...range, ...filters }));

function matches(usage: Usage, query: UsageQuery): boolean {
  return (
    (query.from === undefined || usage.occurredAt >= query.from) &&
    (query.to === undefined || usage.occurredAt < query.to) &&
    (query.org === undefined || usage.org === query.org) &&
    (query.agent === undefined || usage.agent === query.agent) &&
    (query.model === undefined || usage.model === query.model) &&
    (query.provider === undefined || usage.provider === query.provider) &&
    (query.billing === undefined || (usage.billing ?? 'api') === query.billing) &&
    (query.threadId === undefined || usage.threadId === query.threadId)
  );
}

const VALUES: Record<UsageDimension, (usage: Usage) => string | null> = {
  org: (usage) => usage.org,
  agent: (usage) => usage.agent,
  model: (usage) => usage.model,
  provider: (usage) => usage.provider,
  thread: (usage) => usage.threadId,
  billing: (usage) => usage.billing ?? 'api',
};

/** The oracle: adds up in a plain loop what the store answers from its rollups. */
function groupUsage(usages: readonly Usage[], keyOf: (usage: Usage) => unknown) {
  const groups = new Map<string, UsageSum>();
  for (const usage of usages) {
    const key = JSON.stringify(keyOf(usage));
    groups.set(key, addUsage(groups.get(key) ?? ZERO_USAGE, usage));
  }
  return Object.fromEntries([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sorted(entries: readonly (readonly [unknown, UsageSum])[]) {
  const texts = entries.map(([key, sum]) => [JSON.stringify(key), sum] as const);
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function dateIn(zone: string, instant: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant));
  return at.toZonedDateTimeISO(zone).toPlainDate().toString();
}

const groupings = fc.uniqueArray(fc.constantFrom(...(Object.keys(VALUES) as UsageDimension[])), {
  maxLength: 3,
});

describe('usage', () => {
  test('sums, days and pages are those of a plain loop, in every zone and range', async () => {
    const store = await openTestStore();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { minLength: 1, maxLength: 40 }),
        query,
        groupings,
        fc.constantFrom(...ZONES),
        async (calls, filters, groupBy, timezone) => {
          run += 1;
          const organismId = `run-${run}`;
          const events = calls.map(({ covered, ...fields }, i) =>
            makeUsage(`${run}.${i}`, { ...fields, ...covered, price: null }),
          );
          const { stored } = await store.append(makeBatch(events, { organismId }));
          const asked = { ...filters, organismId };
          const usages = stored.filter((event) => event.type === 'usage');
          const matching = usages.filter((usage) => matches(usage, asked));

          const groups = await store.sumUsage({ ...asked, groupBy });
          const found = groups.filter((group) => group.sum.requests > 0);
          expect(sorted(found.map((group) => [group.keys, group.sum]))).toEqual(
            groupUsage(matching, (usage) => groupBy.map((dimension) => VALUES[dimension](usage))),
          );

          const [dimension] = groupBy;
          const days = await store.dailyUsage({ ...asked, timezone, groupBy: dimension });
          expect(sorted(days.map((day) => [[day.date, day.group], day.sum]))).toEqual(
            groupUsage(matching, (usage) => [
              dateIn(timezone, usage.occurredAt),
              dimension === undefined ? null : VALUES[dimension](usage),
            ]),
          );
          expect(days.map((day) => day.date)).toEqual(days.map((day) => day.date).sort());

          const page = await store.listUsage({ ...asked, limit: 5, offset: 1 });
          const newestFirst = matching.toSorted(
            (a, b) => b.occurredAt - a.occurredAt || b.seq - a.seq,
          );
          expect(page).toMatchObject({ rows: newestFirst.slice(1, 6), total: matching.length });
        },
      ),
      { numRuns: 120 },
    );
  });

  test('usage that names no thread is in a sum by thread', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeUsage('1', { threadId: null }), makeUsage('2')]));
    const groups = await store.sumUsage({ groupBy: ['thread'] });
    expect(new Map(groups.map((group) => [group.keys[0], group.sum.requests]))).toEqual(
      new Map([
        [null, 1],
        [makeUsage('2').threadId, 1],
      ]),
    );
  });

  test('the same names in two organisms are one group in a sum over all', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeUsage('1')]));
    const other = { source: 'field', organismId: 'meadow' };
    await store.append(makeBatch([makeUsage('1'), makeUsage('2', { agent: 'other' })], other));
    const groups = await store.sumUsage({ groupBy: ['agent', 'thread'] });
    expect(groups.map((group) => [group.keys, group.sum.requests])).toEqual([
      [['greeter', 'thread-1'], 2],
      [['other', 'thread-1'], 1],
    ]);
    expect(await store.listUsageNames(undefined, 'agent')).toEqual(['greeter', 'other']);
    expect(await store.listUsageNames('garden', 'agent')).toEqual(['greeter']);
  });

  test('a provider that calls itself covered is one that is charged', async () => {
    const store = await openTestStore();
    const calls = [{ provider: '\u001fsa' }, { provider: 'a', billing: 'subscription' as const }];
    await store.append(makeBatch(calls.map((fields, i) => makeUsage(`${i}`, fields))));
    const groups = await store.sumUsage({ groupBy: ['billing', 'provider'] });
    expect(groups.map(({ keys }) => keys)).toEqual(
      expect.arrayContaining([
        ['api', '\u001fsa'],
        ['subscription', 'a'],
      ]),
    );
    expect(await store.listUsageNames(undefined, 'billing')).toEqual(['api', 'subscription']);
    expect(await store.listUsageNames(undefined, 'provider')).toEqual(['\u001fsa', 'a']);
  });

  test('no usage: one total of zero, no groups, no days', async () => {
    const store = await openTestStore();
    expect(await store.sumUsage({ groupBy: [] })).toEqual([{ keys: [], sum: ZERO_USAGE }]);
    expect(await store.sumUsage({ groupBy: ['model'] })).toEqual([]);
    expect(await store.dailyUsage({ timezone: 'UTC' })).toEqual([]);
  });

  test('the largest cost comes first', async () => {
    const store = await openTestStore();
    const costs = [5, 900, 20].map((costNanos) =>
      makeUsage(`${costNanos}`, { model: `m${costNanos}`, costNanos }),
    );
    await store.append(makeBatch(costs));
    const groups = await store.sumUsage({ groupBy: ['model'] });
    expect(groups.map((group) => group.keys[0])).toEqual(['m900', 'm20', 'm5']);
  });

  test('clocks at the ends of time cost no more days than there are', async () => {
    const store = await openTestStore();
    const times = [-8.64e15, NOON, 8.64e15];
    await store.append(makeBatch(times.map((occurredAt, i) => makeUsage(`${i}`, { occurredAt }))));
    for (const timezone of ZONES) {
      const days = await store.dailyUsage({ timezone });
      expect(days.map((day) => day.sum.requests)).toEqual([1, 1, 1]);
    }
  });

  test('sums beyond 2^53 and 2^63 are answered, never an error', async () => {
    const store = await openTestStore();
    const most = 1e12;
    const tokens = {
      inputFresh: most,
      cacheRead: most,
      cacheWrite: most,
      outputVisible: most,
      reasoning: most,
    };
    const largest = Number.MAX_SAFE_INTEGER;
    // 2,100 x 2^53 nanos is past 2^63; half of them lie in a ragged edge, which the ledger answers.
    const calls = Array.from({ length: 2100 }, (_, i) =>
      makeUsage(`${i}`, {
        tokens,
        occurredAt: NOON + (i % 2),
        costNanos: i === 0 ? null : largest,
        reportedCostNanos: null,
      }),
    );
    await store.append(makeBatch(calls));
    const priced = 2099 * largest;
    expect(priced).toBeGreaterThan(2 ** 63);
    const [total] = await store.sumUsage({ groupBy: [] });
    expect(total?.sum.tokens.inputFresh).toBe(2100 * most);
    expect(total!.sum.costNanos / priced).toBeCloseTo(1, 12);
    expect(total?.sum).toMatchObject({ unpricedRequests: 1, unpricedTokens: 5 * most });
    const [edge] = await store.sumUsage({ groupBy: ['thread'], from: NOON, to: NOON + 2 });
    expect(edge!.sum.costNanos / priced).toBeCloseTo(1, 12);
    const days = await store.dailyUsage({ timezone: 'Asia/Kathmandu', groupBy: 'agent' });
    expect(days[0]!.sum.costNanos / priced).toBeCloseTo(1, 12);
    const again = makeBatch(calls.map((usage) => ({ ...usage, key: `again ${usage.key}` })));
    expect(await store.append(again)).toMatchObject({ accepted: 2100 });
    const [twice] = await store.sumUsage({ groupBy: ['model'] });
    expect(twice!.sum.costNanos / priced).toBeCloseTo(2, 12);
  });
});
