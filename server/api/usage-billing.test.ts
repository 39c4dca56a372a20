import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { billingSummarySchema, dailyUsageSchema } from '#organism/agentserver/usage.ts';
import { usageBreakdownSchema, usageEventListSchema } from '#organism/api/resources.ts';
import { HOUR_MS } from '#organism/durations.ts';

import { NOON, usageEvent } from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { openTestApi } from './test-kit.ts';

const COVERED = { billing: 'subscription', costNanos: 0 };

let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi({ now: () => NOON + HOUR_MS });
  await kit.emit([
    usageEvent({ occurredAt: NOON - 30 * HOUR_MS, costNanos: 3 }),
    usageEvent({ occurredAt: NOON - 1.5, costNanos: null, price: null }),
    usageEvent({ occurredAt: NOON - 30 * HOUR_MS, ...COVERED, listCostNanos: 5_000_001 }),
    usageEvent({ occurredAt: NOON, ...COVERED, listCostNanos: 70, agent: 'coder', model: 'own' }),
    usageEvent({ occurredAt: NOON + 0.5, ...COVERED, listCostNanos: null, price: null }),
  ]);
});
afterAll(() => kit.close());

const read = async (path: string) => (await kit.get(`/api/v1/${path}`)).body;

describe('who pays', () => {
  it('is on the bill: what was charged, and what was covered at list price beside it', async () => {
    const bill = billingSummarySchema.parse(await read('usage/billing'));
    expect(bill).toMatchObject({
      requestCount: 5,
      totalCostNanos: 3,
      coveredCostNanos: 5_000_071,
      coveredUnlisted: 1,
      unpricedRequests: 1,
    });
    expect(bill.byBilling).toMatchObject({
      api: { request_count: 2, total_cost_nanos: 3, unpriced_requests: 1, covered_cost_nanos: 0 },
      subscription: {
        request_count: 3,
        total_cost_nanos: 0,
        unpriced_requests: 0,
        covered_cost_nanos: 5_000_071,
        covered_unlisted: 1,
      },
    });
    expect(bill.byModel['own']).toMatchObject({ total_cost_nanos: 0, covered_cost_nanos: 70 });
    expect(bill.byAgent['coder']).toMatchObject({ total_cost_nanos: 0, covered_cost_nanos: 70 });
    expect(bill.byModel['openai/gpt-4o']).toMatchObject({ request_count: 4, total_cost_nanos: 3 });
  });

  it('is a dimension to group by, and adds up', async () => {
    const { rows, total } = usageBreakdownSchema.parse(
      await read('usage/breakdown?group_by=billing,model'),
    );
    expect(rows.map(({ keys, sum }) => [...keys, sum.requests, sum.coveredCostNanos])).toEqual([
      ['api', 'openai/gpt-4o', 2, 0],
      ['subscription', 'openai/gpt-4o', 2, 5_000_001],
      ['subscription', 'own', 1, 70],
    ]);
    expect(total).toMatchObject({ requests: 5, costNanos: 3, coveredCostNanos: 5_000_071 });
  });

  it.each([
    [
      'UTC',
      [
        ['2026-11-20', 'api', 1],
        ['2026-11-20', 'subscription', 1],
      ],
    ],
    [
      'Pacific/Kiritimati',
      [
        ['2026-11-20', 'api', 1],
        ['2026-11-20', 'subscription', 1],
      ],
    ],
  ])('cuts days in %s', async (timezone, first) => {
    const { days } = dailyUsageSchema.parse(
      await read(`usage/daily?group_by=billing&timezone=${timezone}`),
    );
    const found = days.map(({ date, group, requestCount }) => [date, group, requestCount]);
    expect(found.slice(0, 2)).toEqual(first);
    expect(days.reduce((sum, day) => sum + day.requestCount, 0)).toBe(5);
    expect(days.reduce((sum, day) => sum + (day.coveredCostNanos ?? 0), 0)).toBe(5_000_071);
  });

  it.each([
    ['api', 2, 0],
    ['subscription', 3, 5_000_071],
  ])('narrows to %s', async (billing, requests, covered) => {
    const history = usageEventListSchema.parse(await read(`usage/history?billing=${billing}`));
    expect(history.total).toBe(requests);
    expect(history.events.every((event) => event.billing === billing)).toBe(true);
    const { total } = usageBreakdownSchema.parse(
      await read(`usage/breakdown?billing=${billing}&group_by=agent`),
    );
    expect(total).toMatchObject({ requests, coveredCostNanos: covered });
    const { rows } = (await read(`exports/billing?format=json&billing=${billing}`)) as {
      rows: { requests: number }[];
    };
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(requests);
  });

  it('is in a call, with what it would have cost', async () => {
    const { events } = usageEventListSchema.parse(await read('usage/history'));
    expect(events.map(({ billing, listCostNanos }) => [billing, listCostNanos])).toEqual([
      ['subscription', null],
      ['subscription', 70],
      ['api', null],
      ['subscription', 5_000_001],
      ['api', null],
    ]);
  });

  it('leaves the provider its name', async () => {
    expect(await read('usage/names?dimension=provider')).toMatchObject({ names: ['openai'] });
    expect(await read('usage/names?dimension=billing')).toMatchObject({
      names: ['api', 'subscription'],
    });
    const { rows } = usageBreakdownSchema.parse(await read('usage/breakdown?provider=openai'));
    expect(rows).toMatchObject([{ sum: { requests: 5 } }]);
  });

  it('is in the export, apart from what is charged', async () => {
    const body = (await read('exports/billing?format=json&group_by=billing')) as {
      report: object;
      rows: object[];
    };
    expect(body.report).toMatchObject({
      report_cost_usd: '0.000000003',
      report_covered_list_cost_usd: '0.005000071',
      report_covered_unlisted_requests: 1,
    });
    expect(body.rows).toContainEqual(
      expect.objectContaining({
        billing: 'subscription',
        cost_usd: '0',
        covered_list_cost_usd: '0.005000001',
      }),
    );
  });

  it('refuses another kind of billing', async () => {
    expect((await kit.get('/api/v1/usage/breakdown?billing=barter')).status).toBe(422);
  });
});
