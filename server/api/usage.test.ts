import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  agentUsageSchema,
  billingSummarySchema,
  dailyUsageSchema,
  modelUsageSchema,
  usageHistorySchema,
  usageOverviewSchema,
} from '#organism/agentserver/usage.ts';
import { usageBreakdownSchema } from '#organism/api/resources.ts';
import { HOUR_MS } from '#organism/durations.ts';

import { NOON, messageEvent, usageEvent } from './test-events.ts';
import type { TestApi } from './test-kit.ts';
import { openTestApi } from './test-kit.ts';

/** 18:30 UTC on the 20th is already the 21st in Kolkata and Auckland, and the 20th in New York. */
const EVENING = Date.parse('2026-11-20T18:30:00Z') + 0.001;

let kit: TestApi;
beforeAll(async () => {
  kit = await openTestApi({ now: () => NOON });
  await kit.emit([
    messageEvent('m1'),
    usageEvent({ occurredAt: EVENING, agent: 'coder', costNanos: 1 }),
    usageEvent({ occurredAt: NOON - 2 * HOUR_MS }),
    usageEvent({
      occurredAt: NOON - HOUR_MS,
      model: 'mystery',
      costNanos: null,
      price: null,
      agent: null,
    }),
    usageEvent({
      occurredAt: NOON,
      model: 'reported',
      org: 'globex',
      costNanos: null,
      price: null,
      reportedCostNanos: 2_000_000,
    }),
  ]);
});
afterAll(() => kit.close());

const ONE = { totalTokens: 165, promptTokens: 125, completionTokens: 40, requestCount: 1 };
const ALL = {
  totalTokens: 660,
  promptTokens: 500,
  completionTokens: 160,
  requestCount: 4,
  totalCost: 0.003234568,
  totalCostNanos: 3_234_568,
  reportedCostNanos: 2_000_000,
  unpricedRequests: 1,
  unpricedTokens: 165,
  coveredCostNanos: 0,
  coveredUnlisted: 0,
};

describe('running totals', () => {
  it('say what has no price beside what it cost', async () => {
    const { body } = await kit.get('/api/v1/usage');
    const { usage } = body as { usage: unknown };
    const overview = usageOverviewSchema.parse(usage);
    expect(overview.totals).toEqual({ ...ALL, avgLatencyMs: 250 });
    expect(overview.activeThreads).toBe(1);
    expect(overview.byModel.map(({ model }) => model)).toEqual([
      'reported',
      'openai/gpt-4o',
      'mystery',
    ]);
    expect(overview.byModel.at(-1)).toMatchObject({ ...ONE, totalCost: 0, unpricedRequests: 1 });
    expect(overview.byAgent.map(({ agentId }) => agentId)).toEqual(['planner', 'coder']);
  });

  it('are had one by one, with slashes in names and zeros for strangers', async () => {
    const model = modelUsageSchema.parse(
      (await kit.get('/api/v1/usage/models/openai/gpt-4o')).body,
    );
    expect(model).toMatchObject({ model: 'openai/gpt-4o', requestCount: 2 });
    const encoded = await kit.get('/api/v1/usage/models/openai%2Fgpt-4o');
    expect(encoded.body).toEqual(model);
    const agent = agentUsageSchema.parse((await kit.get('/api/v1/usage/agents/coder')).body);
    expect(agent).toMatchObject({ agentId: 'coder', ...ONE, totalCostNanos: 1 });
    expect((await kit.get('/api/v1/usage/agents/nobody')).body).toMatchObject({
      agentId: 'nobody',
      totalTokens: 0,
      totalCost: 0,
    });
  });
});

describe('history', () => {
  it('is newest first, with the classes and both costs', async () => {
    const { body } = await kit.get('/api/v1/usage/history');
    const { events, total, limit } = usageHistorySchema.parse(body);
    expect({ total, limit, models: events.map(({ model }) => model) }).toEqual({
      total: 4,
      limit: 100,
      models: ['reported', 'mystery', 'openai/gpt-4o', 'openai/gpt-4o'],
    });
    expect((body as { events: unknown[] }).events[0]).toMatchObject({
      promptTokens: 125,
      completionTokens: 40,
      latencyMs: 250,
      estimatedCost: 0.002,
      costNanos: null,
      reportedCostNanos: 2_000_000,
      metadata: { org_id: 'globex', user_id: 'u-1' },
      tokens: { inputFresh: 100, cacheRead: 20, cacheWrite: 5, outputVisible: 30, reasoning: 10 },
    });
    expect(events[1]?.estimatedCost).toBeNull();
  });

  it.each([
    ['org_id=globex', 1],
    ['agent_id=coder', 1],
    ['model=openai/gpt-4o', 2],
    ['start_time=2026-11-21T12:00:00Z', 1],
    ['end_time=2026-11-21T12:00:00Z', 4],
    ['end_time=2026-11-21T11:59:59.999999Z', 3],
    ['start_time=2026-11-20T18:30:00.000001Z&end_time=2026-11-20T18:30:00.000001Z', 1],
    ['start_time=2026-11-20T18:30:00.000002Z&end_time=2026-11-20T19:00', 0],
    ['start_time=2026-11-21T13:00:00+01:00', 1],
    ['start_time=2026-11-21 12:00:00', 1],
    ['start_time=2026-11-21T13:00:00%2B01:00', 1],
    ['start_time=2026-11-21', 3],
    ['start_time=', 4],
  ])('?%s gives %i', async (query, total) => {
    const { body } = await kit.get(`/api/v1/usage/history?${query}`);
    expect(usageHistorySchema.parse(body)).toMatchObject({ total, count: total });
  });

  it.each(['start_time', 'end_time'])('refuses a %s it cannot read', async (name) => {
    const answer = await kit.get(`/api/v1/usage/history?${name}=yesterday`);
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['query', name] }] } });
  });
});

describe('billing', () => {
  it('adds up, by model and by agent', async () => {
    const { body } = await kit.get('/api/v1/usage/billing');
    const bill = billingSummarySchema.parse(body);
    expect(bill).toMatchObject({ ...ALL, orgId: null, startTime: '' });
    expect(bill.endTime).toBe('2026-11-21T12:00:00.000000Z');
    for (const rows of [bill.byModel, bill.byAgent]) {
      const nanos = Object.values(rows).map((row) => row.total_cost_nanos ?? 0);
      expect(nanos.reduce((a, b) => a + b, 0)).toBe(ALL.totalCostNanos);
    }
    expect(bill.byAgent).toHaveProperty('unknown.unpriced_requests', 1);
  });

  it('is for one org and range', async () => {
    const start = '2026-11-21T00:00:00Z';
    const { body } = await kit.get(`/api/v1/usage/billing?org_id=acme&start_time=${start}`);
    expect(body).toMatchObject({ orgId: 'acme', startTime: start, requestCount: 2 });
    const nobody = await kit.get('/api/v1/usage/billing?org_id=nobody');
    expect(nobody.body).toMatchObject({
      orgId: 'nobody',
      totalTokens: 0,
      byModel: {},
      byAgent: {},
    });
  });
});

describe('days', () => {
  const dates = async (query: string): Promise<[string, number][]> => {
    const { body } = await kit.get(`/api/v1/usage/daily?${query}`);
    return dailyUsageSchema.parse(body).days.map((day) => [day.date, day.requestCount]);
  };

  it('are cut in UTC unless asked', async () => {
    expect(await dates('')).toEqual([
      ['2026-11-20', 1],
      ['2026-11-21', 3],
    ]);
    expect((await kit.get('/api/v1/usage/daily')).body).toMatchObject({
      count: 2,
      timezone: 'UTC',
    });
  });

  it('are cut in any zone', async () => {
    expect(await dates('timezone=Asia/Kolkata')).toEqual([['2026-11-21', 4]]);
    expect(await dates('timezone=Pacific/Auckland')).toEqual([
      ['2026-11-21', 2],
      ['2026-11-22', 2],
    ]);
  });

  it('are grouped', async () => {
    const { body } = await kit.get('/api/v1/usage/daily?group_by=org');
    const { days, groupBy } = dailyUsageSchema.parse(body);
    expect(groupBy).toBe('org');
    expect(days.map(({ date, group }) => `${date} ${group}`).sort()).toEqual([
      '2026-11-20 acme',
      '2026-11-21 acme',
      '2026-11-21 globex',
    ]);
  });

  it.each([
    ['timezone=Mars/Olympus', 'timezone'],
    ['timezone=%2B05:30', 'timezone'],
    ['group_by=thread', 'group_by'],
  ])('refuse ?%s', async (query, name) => {
    const answer = await kit.get(`/api/v1/usage/daily?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['query', name] }] } });
  });
});

describe('breakdown', () => {
  it('groups by several dimensions and totals what it shows', async () => {
    const { body } = await kit.get('/api/v1/usage/breakdown?group_by=model,agent&thread=thread-1');
    const { groupBy, rows, total } = usageBreakdownSchema.parse(body);
    expect(groupBy).toEqual(['model', 'agent']);
    expect(rows).toHaveLength(4);
    expect(total).toMatchObject({ requests: 4, costNanos: ALL.totalCostNanos });
    const repeated = await kit.get('/api/v1/usage/breakdown?group_by=model&group_by=agent');
    expect(usageBreakdownSchema.parse(repeated.body).rows).toEqual(rows);
  });

  it('without groups is one total', async () => {
    const { body } = await kit.get('/api/v1/usage/breakdown?org_id=globex');
    expect(body).toMatchObject({ groupBy: [], rows: [{ keys: [] }], total: { requests: 1 } });
  });

  it('refuses an unknown dimension', async () => {
    const answer = await kit.get('/api/v1/usage/breakdown?group_by=model,colour');
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ input: 'colour' }] } });
  });

  it('knows the names', async () => {
    const { body } = await kit.get('/api/v1/usage/names?dimension=org');
    expect(body).toEqual({ names: ['acme', 'globex'], count: 2 });
  });
});

describe('reset', () => {
  it('starts the running totals over and touches no bill', async () => {
    expect(await kit.post('/api/v1/usage/reset')).toMatchObject({
      status: 200,
      body: { success: true, message: 'Usage tracking reset' },
    });
    const { usage } = (await kit.get('/api/v1/usage')).body as { usage: unknown };
    expect(usage).toMatchObject({
      totals: { totalTokens: 0, totalCost: 0 },
      byAgent: [],
      byModel: [],
    });
    expect((await kit.get('/api/v1/usage/billing')).body).toMatchObject(ALL);
    expect((await kit.get('/api/v1/usage/history')).body).toMatchObject({ total: 4 });
    await kit.emit([usageEvent({ occurredAt: NOON + HOUR_MS })]);
    expect((await kit.get('/api/v1/usage')).body).toMatchObject({
      usage: { totals: { ...ONE, totalCostNanos: 1_234_567 }, byAgent: [{ agentId: 'planner' }] },
    });
    expect((await kit.get('/api/v1/commands')).body).toMatchObject({
      commands: [{ command: 'usage-reset', actor: 'key', outcome: 'answered' }],
    });
  });
});
