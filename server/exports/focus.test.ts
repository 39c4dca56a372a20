import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PreparedEvent } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';
import type { DraftOf } from '#organism/event.ts';
import { effectiveCostNanos } from '#organism/event.ts';
import { totalTokens } from '#organism/tokens.ts';

import type { TestApi } from '../api/test-kit.ts';
import { openTestApi } from '../api/test-kit.ts';
import { createPricer } from '../ingest/price.ts';
import { FOCUS_COLUMNS } from './focus-columns.ts';
import { focusCsv } from './focus.ts';
import { parseCsv, toNanos } from './test-csv.ts';

const FIRST = Date.parse('2026-09-28T00:00:00Z');
const pricer = createPricer();

type Call = DraftOf<'usage'>;
type Row = Record<string, string>;

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400_000 }));
const calls = fc.record({
  // Midnights of days and months among them.
  occurredAt: fc.oneof(
    fc.integer({ min: 0, max: 40 * DAY_MS }).map((ms) => FIRST + ms),
    fc.integer({ min: 0, max: 40 }).map((day) => FIRST + day * DAY_MS),
  ),
  agent: fc.constantFrom<string | null>('planner', '=cmd()', 'say "hi", twice', null),
  org: fc.constantFrom<string | null>('acme', 'globex', null),
  of: fc.constantFrom<readonly [provider: string, model: string]>(
    ['anthropic', 'claude-sonnet-4-5'],
    ['openai', 'gpt-5'],
    ['perplexity', 'sonar'],
    ['gateway', 'mystery-70b'],
    ['', ''],
  ),
  tokens: fc.record({
    inputFresh: count,
    cacheRead: count,
    cacheWrite: count,
    outputVisible: count,
    reasoning: count,
  }),
  hourShare: fc.constantFrom(0, 0, 0.5, 1),
  reportedCostNanos: fc.constantFrom(null, null, 0, 123_456_789),
  isCovered: fc.constantFrom(false, false, true),
});

/** Calls as sources report them, priced as they are on the way in. */
function makeEvents(seed: number, numRuns: number): PreparedEvent[] {
  return fc.sample(calls, { seed, numRuns }).map((call, index) => {
    const { of, hourShare, isCovered, tokens, ...facts } = call;
    const [provider, model] = of;
    const draft: Call = {
      ...facts,
      type: 'usage',
      key: `call-${seed}-${index}`,
      threadId: 'thread-1',
      user: null,
      latencyMs: null,
      provider,
      model,
      tokens,
      cacheWrite1h: Math.floor(tokens.cacheWrite * hourShare),
      ...(isCovered ? { billing: 'subscription' as const } : {}),
    };
    return { ...draft, receivedAt: draft.occurredAt, ...pricer.priceUsage(draft) };
  });
}

const events = makeEvents(7, 1500);
let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi({ now: () => FIRST + 60 * DAY_MS });
  await kit.emit(events);
});
afterAll(() => kit.close());

async function readText(query = ''): Promise<string> {
  return (await kit.get(`/api/v1/exports/focus?${query}`)).text;
}
const readRows = async (query = ''): Promise<Row[]> => parseCsv(await readText(query));

const sum = (rows: readonly Row[], column: string): bigint =>
  rows.reduce((total, row) => total + toNanos(row[column] ?? ''), 0n);
const sumTokens = (rows: readonly Row[]): number =>
  rows.reduce((total, row) => total + Number(row['x_Tokens']), 0);
const isUnpriced = (row: Row): boolean => row['x_CostBasis'] === 'unpriced';
const isCovered = (row: Row): boolean => row['x_Billing'] === 'subscription';

type Usage = Extract<PreparedEvent, { type: 'usage' }>;
const usage = events.filter((event): event is Usage => event.type === 'usage');
const costOf = ({ costNanos, reportedCostNanos }: Usage) =>
  effectiveCostNanos({ costNanos: costNanos ?? null, reportedCostNanos });

describe('the FOCUS export adds up to the ledger', () => {
  it('in cost, list cost and tokens', async () => {
    const rows = await readRows();
    const owed = usage.reduce((total, event) => total + BigInt(costOf(event) ?? 0), 0n);
    const listed = usage.reduce((total, event) => total + BigInt(event.listCostNanos ?? 0), 0n);
    const unpriced = usage.filter((event) => costOf(event) === null);
    expect(sum(rows, 'BilledCost')).toBe(owed);
    expect(sum(rows, 'EffectiveCost')).toBe(owed);
    expect(sum(rows, 'ListCost')).toBe(owed + listed);
    expect(sumTokens(rows)).toBe(
      usage.reduce((total, { tokens }) => total + totalTokens(tokens), 0),
    );
    expect(sumTokens(rows.filter((row) => isUnpriced(row) && !isCovered(row)))).toBe(
      unpriced.reduce((total, { tokens }) => total + totalTokens(tokens), 0),
    );
    expect(unpriced.length).toBeGreaterThan(100);
  });

  it.each([
    'start_time=2026-10-01&end_time=2026-10-07T11:22:33.123456Z',
    'org_id=acme',
    'agent_id=planner&billing=api',
    'model=claude-sonnet-4-5&billing=subscription',
    'provider=perplexity&start_time=2026-09-30T23:59:59.999999Z',
    'org_id=nobody',
  ])('as the bill of the same part does: %s', async (scope) => {
    const bill = await kit.get(`/api/v1/exports/billing?${scope}`);
    const rows = await readRows(scope);
    expect(sum(rows, 'BilledCost')).toBe(
      BigInt(bill.headers.get('x-organoscope-cost-nanos') ?? '-1'),
    );
  });

  it('whatever is in it', async () => {
    const property = fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      async (seed, n) => {
        const organismId = `fresh-${seed}-${n}`;
        const some = makeEvents(seed, n);
        await kit.emit(some, { organismId });
        const pieces: string[] = [];
        for await (const piece of focusCsv(kit.store, { organismId })) pieces.push(piece);
        const rows = parseCsv(pieces.join(''));
        const owed = some.flatMap((event) => (event.type === 'usage' ? [costOf(event) ?? 0] : []));
        expect(sum(rows, 'BilledCost')).toBe(
          owed.reduce((total, nanos) => total + BigInt(nanos), 0n),
        );
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('still does when calls are no longer kept one by one', async () => {
    const aged = await openTestApi();
    try {
      await aged.emit(events);
      await aged.organisms.saveSnapshots();
      const read = async () => parseCsv((await aged.get('/api/v1/exports/focus')).text);
      const before = await read();
      const limit = Math.floor(events.length / 2);
      await aged.store.prune({ kind: 'usage', receivedBefore: Infinity, limit });
      const after = await read();
      const kept = after.filter((row) => row['x_CostBasis'] === 'summed');
      expect(kept.length).toBeGreaterThan(50);
      for (const column of ['BilledCost', 'ListCost']) {
        expect(sum(after, column)).toBe(sum(before, column));
      }
      expect(sumTokens(after)).toBe(sumTokens(before));
      const open = (rows: readonly Row[]) =>
        sumTokens(rows.filter((row) => isUnpriced(row) && !isCovered(row)));
      expect(open(after)).toBe(open(before));
    } finally {
      await aged.close();
    }
  });
});

describe('what a row says', () => {
  it('one price for each of a day, agent, model and token class', async () => {
    const names = ['ChargePeriodStart', 'SubAccountId', 'ResourceId', 'SkuPriceId', 'x_Billing'];
    const rows = await readRows();
    const keys = rows.map((row) => JSON.stringify(names.map((name) => row[name])));
    expect(new Set(keys).size).toBe(keys.length);
    const prices = new Map<string, Set<string>>();
    for (const { SkuPriceId = '', ListUnitPrice = '' } of rows) {
      prices.set(SkuPriceId, (prices.get(SkuPriceId) ?? new Set()).add(ListUnitPrice));
    }
    expect([...prices.values()].filter((known) => known.size > 1)).toEqual([]);
    const meters = new Set(rows.map((row) => row['SkuMeter']));
    expect(meters).toEqual(
      new Set([
        'Input Tokens',
        'Cache Read Input Tokens',
        'Cache Write Input Tokens',
        'Cache Write 1h Input Tokens',
        'Output Tokens',
        'Reasoning Output Tokens',
        'Requests',
      ]),
    );
  });

  it('counts the tokens that are kept for an hour apart, at their own price', async () => {
    const rows = await readRows('model=claude-sonnet-4-5');
    const hour = rows.filter((row) => row['SkuMeter'] === 'Cache Write 1h Input Tokens');
    const priced = usage.filter(({ model }) => model === 'claude-sonnet-4-5');
    expect(sumTokens(hour)).toBe(
      priced.reduce((total, { cacheWrite1h = 0 }) => total + cacheWrite1h, 0),
    );
  });

  it('charges nothing for what a subscription covers, and keeps its list price', async () => {
    const covered = await readRows('billing=subscription');
    expect(new Set(covered.map((row) => row['BilledCost']))).toEqual(new Set(['0']));
    expect(sum(covered, 'ListCost')).toBeGreaterThan(0n);
    const unlisted = covered.filter(isUnpriced);
    expect(new Set(unlisted.map((row) => row['ListCost']))).toEqual(new Set(['']));
  });

  it('has no cost where there is no price, which is not zero', async () => {
    const open = (await readRows('billing=api')).filter(isUnpriced);
    expect(open.length).toBeGreaterThan(100);
    for (const column of ['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost']) {
      expect(new Set(open.map((row) => row[column]))).toEqual(new Set(['']));
    }
  });

  it('is asked for one day after the other, as they are taken', async () => {
    const asked: number[] = [];
    const { store } = kit;
    const pieces = focusCsv(
      {
        dailyUsage: (query) => store.dailyUsage(query),
        listCharges(query) {
          const { from = FIRST, to = FIRST + 41 * DAY_MS } = query;
          expect(to - from).toBeLessThanOrEqual(DAY_MS * 1.5);
          asked.push(from);
          return store.listCharges(query);
        },
      },
      { organismId: 'one', from: FIRST, to: FIRST + 30 * DAY_MS },
    );
    await pieces.next();
    await pieces.next();
    expect(asked).toEqual([FIRST]);
    await pieces.return(undefined);
  });
});

const PATTERNS = {
  String: /^[^\0]+$/,
  Decimal: /^-?\d+(\.\d+)?$/,
  'Date/Time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/,
  JSON: /^\{("[^"]+":("[^"]*"|-?\d+(\.\d+)?|true|false|null),?)*\}$/,
};
const COSTS = new Set(['BilledCost', 'EffectiveCost', 'ListCost', 'ContractedCost']);

describe('the checks of FOCUS that can be written down', () => {
  let rows: Row[];
  let header: string[];
  beforeAll(async () => {
    const text = await readText();
    rows = parseCsv(text);
    header = (text.split('\r\n')[0] ?? '').split(',');
  });
  const isEmpty = (row: Row, column: string): boolean => row[column] === '';

  it('all mandatory columns, none twice, custom ones last', () => {
    const mandatory = Object.entries(FOCUS_COLUMNS).filter(([, { isMandatory }]) => isMandatory);
    expect(mandatory.length).toBe(21);
    for (const [name] of mandatory) expect(header).toContain(name);
    expect(new Set(header).size).toBe(header.length);
    const firstOwn = header.findIndex((name) => name.startsWith('x_'));
    expect(header.slice(firstOwn).every((name) => name.startsWith('x_'))).toBe(true);
    expect(header.every((name) => /^(x_)?[A-Z][A-Za-z0-9]*$/.test(name))).toBe(true);
  });

  it('values of their type, and nothing in place of null', () => {
    for (const row of rows) {
      for (const [name, { type }] of Object.entries(FOCUS_COLUMNS)) {
        if (isEmpty(row, name)) continue;
        expect(row[name]).toMatch(PATTERNS[type]);
        expect(row[name]).not.toMatch(/^(n\/a|null|none)$/i);
      }
    }
  });

  it('no null where FOCUS allows none, but for costs that nobody knows', () => {
    for (const row of rows) {
      for (const [name, { isNullable }] of Object.entries(FOCUS_COLUMNS)) {
        if (isNullable || !isEmpty(row, name)) continue;
        expect([isUnpriced(row), COSTS.has(name)]).toEqual([true, true]);
      }
    }
  });

  it('categories and classes that exist', () => {
    const categories = new Set(['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment']);
    for (const row of rows) {
      expect(categories).toContain(row['ChargeCategory']);
      expect(['', 'Correction']).toContain(row['ChargeClass']);
      expect([row['ServiceCategory'], row['ServiceSubcategory']]).toEqual([
        'AI and Machine Learning',
        'Generative AI',
      ]);
    }
  });

  it('quantities with their units, of usage alone', () => {
    for (const row of rows) {
      expect(isEmpty(row, 'ConsumedUnit')).toBe(isEmpty(row, 'ConsumedQuantity'));
      expect(isEmpty(row, 'PricingUnit')).toBe(isEmpty(row, 'PricingQuantity'));
      const isUsage = row['ChargeCategory'] === 'Usage' && isEmpty(row, 'ChargeClass');
      expect(isEmpty(row, 'ConsumedQuantity')).toBe(!isUsage);
      const isPricedByNature = isUsage || row['ChargeCategory'] === 'Purchase';
      expect([isPricedByNature, row['ChargeCategory'] === 'Tax']).toContain(true);
      expect(isEmpty(row, 'PricingQuantity')).toBe(!isPricedByNature);
    }
  });

  it('nothing about a price without its id', () => {
    for (const row of rows) {
      if (!isEmpty(row, 'SkuPriceId')) continue;
      expect(isEmpty(row, 'SkuPriceDetails')).toBe(true);
      expect(isEmpty(row, 'ConsumedQuantity')).toBe(true);
    }
  });

  it('costs that are unit price times quantity', () => {
    for (const row of rows) {
      for (const kind of ['List', 'Contracted']) {
        if (isEmpty(row, `${kind}UnitPrice`)) continue;
        const product = Number(row[`${kind}UnitPrice`]) * Number(row['PricingQuantity']);
        expect(Math.abs(Number(row[`${kind}Cost`]) - product)).toBeLessThan(1e-6);
      }
    }
    const credits = rows.filter((row) => row['ChargeCategory'] === 'Credit');
    for (const row of credits) expect(row['ListCost']).toBe(row['BilledCost']);
  });

  it('a charge period within its billing period, and one currency', () => {
    for (const row of rows) {
      const at = (name: string) => Date.parse(row[name] ?? '');
      expect(at('ChargePeriodStart')).toBeLessThan(at('ChargePeriodEnd'));
      expect(at('BillingPeriodStart')).toBeLessThanOrEqual(at('ChargePeriodStart'));
      expect(at('ChargePeriodEnd')).toBeLessThanOrEqual(at('BillingPeriodEnd'));
    }
    expect(new Set(rows.map((row) => row['BillingCurrency']))).toEqual(new Set(['USD']));
  });

  it('and says of itself which columns those are', async () => {
    const { body } = await kit.get('/api/v1/exports/focus?format=metadata');
    expect(body).toMatchObject({ FocusVersion: '1.4', Delivery: 'Overwrite' });
    const { Columns } = body as { Columns: { ColumnName: string }[] };
    expect(Columns.map(({ ColumnName }) => ColumnName)).toEqual(header);
  });
});
