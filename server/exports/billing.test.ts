import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { billingSummarySchema } from '#organism/agentserver/usage.ts';

import { usageEvent } from '../api/test-events.ts';
import type { TestApi } from '../api/test-kit.ts';
import { openTestApi } from '../api/test-kit.ts';
import { parseCsv, toNanos } from './test-csv.ts';

/** Zones with whole, half and quarter hours, both hemispheres, and a change of clocks in the range. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
const FIRST = Date.parse('2026-10-20T00:07:11.123Z');
const STEP_MS = 3 * 3_600_000 + 13 * 60_000;
const HOSTILE = [
  '=1+1',
  '+cmd',
  '-2',
  '@SUM(A1)',
  '\tx',
  'a,b',
  'say "hi"',
  'line\nbreak',
  "'quoted",
];

const UNITS = { inputFresh: 1, cacheRead: 1, cacheWrite: 1, outputVisible: 1, reasoning: 1 };
const priceOf = (version: string) => ({
  source: 'genai-prices',
  version,
  provider: 'openai',
  model: 'gpt-4o',
  unitNanos: UNITS,
});

let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi({ now: () => Date.parse('2026-12-01T00:00:00Z') });
  const events = Array.from({ length: 300 }, (_, n) => {
    const isPriced = n % 7 !== 0;
    return usageEvent({
      occurredAt: FIRST + n * STEP_MS,
      model: HOSTILE[n % HOSTILE.length],
      org: n % 2 === 0 ? 'acme' : 'globex',
      costNanos: isPriced ? 1_000_003 + n * n : null,
      price: isPriced ? priceOf(n < 200 ? '1' : '2') : null,
      reportedCostNanos: n % 14 === 0 ? 777 : null,
    });
  });
  await kit.emit(events);
});
afterAll(() => kit.close());

async function readBill(query: string) {
  return billingSummarySchema.parse((await kit.get(`/api/v1/usage/billing?${query}`)).body);
}

const RANGE = 'start_time=2026-10-24T22:00:00Z&end_time=2026-11-20T05:30:00Z';

describe('the billing export', () => {
  it.each(ZONES)('adds up to the summary to the nano in %s', async (timezone) => {
    for (const scope of ['', RANGE, `${RANGE}&org_id=acme`]) {
      const bill = await readBill(scope);
      for (const groupBy of ['model', 'agent', 'org', 'provider', 'billing']) {
        const query = `${scope}&timezone=${timezone}&group_by=${groupBy}`;
        const { text, headers } = await kit.get(`/api/v1/exports/billing?format=csv&${query}`);
        const rows = parseCsv(text);
        const cost = rows.reduce((sum, row) => sum + toNanos(row['cost_usd'] ?? ''), 0n);
        const tokens = rows.reduce((sum, row) => sum + Number(row['tokens_total']), 0);
        const unpriced = rows.reduce((sum, row) => sum + Number(row['unpriced_requests']), 0);
        expect(cost).toBe(BigInt(bill.totalCostNanos ?? -1));
        expect(tokens).toBe(bill.totalTokens);
        expect(unpriced).toBe(bill.unpricedRequests);
        expect(headers.get('x-organoscope-cost-nanos')).toBe(String(bill.totalCostNanos));
        expect(headers.get('x-organoscope-rows')).toBe(String(rows.length));
      }
    }
  });

  it('holds only the rows of the agent, model and provider asked for, and says so', async () => {
    const read = async (scope: string) =>
      parseCsv((await kit.get(`/api/v1/exports/billing?${RANGE}&${scope}`)).text);
    const all = await read('group_by=model');
    const model = all.map((row) => row['model'] ?? '').find((name) => /^[a-z]/.test(name)) ?? '';
    const narrowed = await read(`group_by=model&model=${encodeURIComponent(model)}`);
    const kept = all.filter((row) => row['model'] === model);
    expect(narrowed.map((row) => row['cost_usd'])).toEqual(kept.map((row) => row['cost_usd']));
    expect(narrowed.length).toBeLessThan(all.length);
    expect(narrowed[0]).toMatchObject({ scope_model: model, scope_agent: '', scope_provider: '' });
    expect(await read('agent_id=nobody')).toEqual([]);
    expect(await read('provider=nobody')).toEqual([]);
  });

  it('says in every row what it is about', async () => {
    const query = `${RANGE}&org_id=acme&timezone=Europe/Berlin`;
    const { text, headers } = await kit.get(`/api/v1/exports/billing?${query}`);
    const rows = parseCsv(text);
    const bill = await readBill(`${RANGE}&org_id=acme`);
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      expect(row).toMatchObject({
        organism: 'one',
        scope_org: 'acme',
        timezone: 'Europe/Berlin',
        period_from: '2026-10-24T22:00:00.000000Z',
        currency: 'USD',
        price_versions: 'genai-prices@1 genai-prices@2',
        report_rows: String(rows.length),
        report_unpriced_requests: String(bill.unpricedRequests),
        report_unpriced_tokens: String(bill.unpricedTokens),
      });
    }
    expect(headers.get('content-type')).toContain('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="billing_one_acme_2026-10-24_2026-11-20_Europe-Berlin_by-model.csv"',
    );
  });

  it('names only the price tables its rows were priced with', async () => {
    const versions = async (query: string): Promise<unknown> => {
      const { body } = await kit.get(`/api/v1/exports/billing?format=json&${query}`);
      return (body as { report: { price_versions: string } }).report.price_versions;
    };
    expect(await versions('end_time=2026-10-30')).toBe('genai-prices@1');
    expect(await versions('start_time=2026-11-20')).toBe('genai-prices@2');
    expect(await versions('')).toBe('genai-prices@1 genai-prices@2');
    expect(await versions('org_id=nobody')).toBe('');
  });

  it('holds no formula, and leaves numbers alone', async () => {
    const rows = parseCsv((await kit.get('/api/v1/exports/billing')).text);
    const models = new Set(rows.map((row) => row['model']));
    const written = HOSTILE.map((name) => (/^[=+\-@\t]/.test(name) ? `'${name}` : name));
    expect(models).toEqual(new Set(written));
    for (const row of rows) {
      expect(row['requests']).toMatch(/^\d+$/);
      expect(row['cost_usd']).toMatch(/^\d+(\.\d+)?$/);
    }
  });

  it('tells the same as JSON', async () => {
    const csv = parseCsv((await kit.get(`/api/v1/exports/billing?format=csv&${RANGE}`)).text);
    const { body } = await kit.get(`/api/v1/exports/billing?format=json&${RANGE}`);
    const { report, rows } = body as { report: object; rows: Record<string, unknown>[] };
    expect(report).toMatchObject({ timezone: 'UTC', scope_org: null, report_rows: csv.length });
    expect(rows.map((row) => row['cost_usd'])).toEqual(csv.map((row) => row['cost_usd']));
    expect(rows.map((row) => row['model'])).toContain('=1+1');
  });

  it('of nothing has a header and no rows', async () => {
    const { status, text } = await kit.get('/api/v1/exports/billing?org_id=nobody');
    expect(status).toBe(200);
    expect(text.split('\r\n')).toHaveLength(2);
    const { body } = await kit.get('/api/v1/exports/billing?org_id=nobody&format=json');
    expect(body).toMatchObject({ rows: [], report: { report_rows: 0, report_cost_usd: '0' } });
  });

  it.each(['format=xml', 'timezone=Nowhere', 'group_by=thread', 'start_time=x'])(
    'refuses ?%s',
    async (query) => {
      expect((await kit.get(`/api/v1/exports/billing?${query}`)).status).toBe(422);
    },
  );
});
