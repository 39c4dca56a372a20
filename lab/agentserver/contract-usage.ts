import { expect, it } from 'vitest';
import { z } from 'zod';

import {
  agentUsageSchema,
  billingSummarySchema,
  dailyUsageSchema,
  modelUsageSchema,
  threadBudgetListSchema,
  threadBudgetSchema,
  usageHistorySchema,
  usageOverviewSchema,
  type UsageEventInfo,
} from '#organism/agentserver/usage.ts';

import type { SuiteContext } from './contract-suite.ts';
import type { ContractClient } from './contract-target.ts';

const overviewAnswer = z.object({ usage: usageOverviewSchema });

export function itServesUsage({ client, target }: SuiteContext): void {
  it('GET /usage sums up by agent and by model', async () => {
    const { usage } = await client().read(overviewAnswer, '/usage');
    expect(usage.totals.totalTokens).toBe(
      usage.totals.promptTokens + usage.totals.completionTokens,
    );
    expect(sum(usage.byModel, (row) => row.totalTokens)).toBe(usage.totals.totalTokens);
    expect(sum(usage.byModel, (row) => row.requestCount)).toBe(usage.totals.requestCount);
    expect(sum(usage.byAgent, (row) => row.totalTokens)).toBeLessThanOrEqual(
      usage.totals.totalTokens,
    );
    expect(usage.totals.avgLatencyMs).toBeGreaterThan(0);
  });

  it('GET /usage/agents/{id} and /usage/models/{model} are its rows, zeros when unknown', async () => {
    const { agent, model } = target().knows;
    const { usage } = await client().read(overviewAnswer, '/usage');
    expect(await client().read(agentUsageSchema, `/usage/agents/${agent}`)).toMatchObject(
      usage.byAgent.find((row) => row.agentId === agent) ?? {},
    );
    expect(await client().read(modelUsageSchema, `/usage/models/${model}`)).toMatchObject(
      usage.byModel.find((row) => row.model === model) ?? {},
    );
    const zeros = {
      totalTokens: 0,
      promptTokens: 0,
      completionTokens: 0,
      requestCount: 0,
      totalCost: 0,
    };
    const nobody = await client().read(agentUsageSchema, '/usage/agents/nobody');
    expect(nobody).toMatchObject({ agentId: 'nobody', ...zeros });
    const nothing = await client().read(modelUsageSchema, '/usage/models/nothing');
    expect(nothing).toMatchObject({ model: 'nothing', ...zeros });
  });
}

export function itServesBudgets({ client, target }: SuiteContext): void {
  it('GET /usage/threads lists budgets, hottest first, with sums that hold', async () => {
    const { threads, count, defaultMaxTokens } = await client().read(
      threadBudgetListSchema,
      '/usage/threads',
    );
    expect(threads).toHaveLength(count);
    expect(defaultMaxTokens).toBe(100_000);
    const heat = threads.map((budget) => budget.percentUsed);
    expect(heat).toEqual([...heat].sort((a, b) => b - a));
    for (const budget of threads) {
      expect(budget.totalTokens).toBe(budget.promptTokens + budget.completionTokens);
      expect(budget.remaining).toBe(Math.max(0, budget.maxTokens - budget.totalTokens));
      expect(budget.isExhausted).toBe(budget.remaining <= 0);
      const percent = (budget.totalTokens / budget.maxTokens) * 100;
      expect(Math.abs(budget.percentUsed - percent)).toBeLessThanOrEqual(0.051);
    }
  });

  it('GET /usage/threads/{id} is one of them; one without a budget is 404', async () => {
    const { thread } = target().knows;
    const budget = await client().read(threadBudgetSchema, `/usage/threads/${thread}`);
    const { threads } = await client().read(threadBudgetListSchema, '/usage/threads');
    expect(threads).toContainEqual(budget);
    const unknown = await client().get('/usage/threads/nope');
    expect(unknown.status).toBe(404);
    expect(unknown.body).toEqual({ detail: 'No budget found for thread: nope' });
  });
}

export function itServesHistory({ client, target }: SuiteContext): void {
  it('GET /usage/history lists newest first, 100 at a time unless asked', async () => {
    const page = await client().read(usageHistorySchema, '/usage/history');
    expect(page).toMatchObject({ count: 100, offset: 0, limit: 100 });
    const ids = page.events.map((row) => row.id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    for (const row of page.events) {
      expect(row.totalTokens).toBe(row.promptTokens + row.completionTokens);
    }
  });

  it('pages to a short page with every row once', async () => {
    const rows = await readHistory(client());
    const { total } = await client().read(usageHistorySchema, '/usage/history?limit=1');
    expect(new Set(rows.map((row) => row.id)).size).toBe(total);
    expect(rows).toHaveLength(total);
  });

  it('filters by agent, model and organisation', async () => {
    const { agent, model, org } = target().knows;
    const rows = await readHistory(client());
    const byAgent = await readHistory(client(), `agent_id=${agent}`);
    expect(byAgent).toEqual(rows.filter((row) => row.agentId === agent));
    const byModel = await readHistory(client(), `model=${model}`);
    expect(byModel).toEqual(rows.filter((row) => row.model === model));
    const byOrg = await readHistory(client(), `org_id=${org}`);
    expect(byOrg).toEqual(rows.filter((row) => row.metadata['org_id'] === org));
    expect(byAgent.length * byModel.length * byOrg.length).toBeGreaterThan(0);
  });

  it('includes both ends of start_time and end_time', async () => {
    const rows = await readHistory(client());
    const { newer, older } = pickSpan(rows);
    const span = `start_time=${encode(older.timestamp)}&end_time=${encode(newer.timestamp)}`;
    const between = await readHistory(client(), span);
    const from = rows.findIndex((row) => row.id === newer.id);
    const to = rows.findIndex((row) => row.id === older.id);
    expect(between).toEqual(rows.slice(from, to + 1));
    const future = await readHistory(client(), 'start_time=2999-01-01T00:00:00Z');
    expect(future).toEqual([]);
  });
}

export function itServesBilling({ client, target }: SuiteContext): void {
  it('GET /usage/billing adds up to the history', async () => {
    const rows = await readHistory(client());
    const bill = await client().read(billingSummarySchema, '/usage/billing');
    expect(bill.requestCount).toBe(rows.length);
    expect(bill.totalTokens).toBe(sum(rows, (row) => row.totalTokens));
    expect(bill.promptTokens).toBe(sum(rows, (row) => row.promptTokens));
    const shares = Object.values(bill.byModel);
    expect(sum(shares, (share) => share.request_count)).toBe(bill.requestCount);
    expect(sum(shares, (share) => share.total_tokens)).toBe(bill.totalTokens);
    expect(sum(shares, (share) => share.total_cost)).toBeCloseTo(bill.totalCost, 2);
    expect(Object.keys(bill.byAgent)).toContain(target().knows.agent);
  });

  it('GET /usage/billing?org_id= bills one organisation, an unknown one nothing', async () => {
    const { org } = target().knows;
    const rows = await readHistory(client(), `org_id=${org}`);
    const bill = await client().read(billingSummarySchema, `/usage/billing?org_id=${org}`);
    expect(bill.orgId).toBe(org);
    expect(bill.requestCount).toBe(rows.length);
    expect(bill.totalTokens).toBe(sum(rows, (row) => row.totalTokens));
    const nobody = await client().read(billingSummarySchema, '/usage/billing?org_id=nobody');
    expect(nobody).toMatchObject({
      orgId: 'nobody',
      requestCount: 0,
      totalTokens: 0,
      totalCost: 0,
      byModel: {},
      byAgent: {},
    });
  });

  it('GET /usage/daily lists days, oldest first, that add up to the bill', async () => {
    const { days, count } = await client().read(dailyUsageSchema, '/usage/daily');
    expect(days).toHaveLength(count);
    expect(days.length).toBeGreaterThan(1);
    const dates = days.map((day) => day.date);
    expect(dates).toEqual([...new Set(dates)].sort());
    for (const date of dates) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    const bill = await client().read(billingSummarySchema, '/usage/billing');
    expect(sum(days, (day) => day.requestCount)).toBe(bill.requestCount);
    expect(sum(days, (day) => day.totalTokens)).toBe(bill.totalTokens);
    expect(sum(days, (day) => day.totalCost)).toBeCloseTo(bill.totalCost, 2);
    const later = await client().read(
      dailyUsageSchema,
      `/usage/daily?start_time=${encode(`${dates[1]}T00:00:00Z`)}`,
    );
    expect(later.days).toEqual(days.slice(1));
  });
}

/** Every row that fits, newest first, in pages of 500. */
async function readHistory(client: ContractClient, filter = ''): Promise<UsageEventInfo[]> {
  const limit = 500;
  const rows: UsageEventInfo[] = [];
  while (true) {
    const path = `/usage/history?limit=${limit}&offset=${rows.length}&${filter}`;
    const page = await client.read(usageHistorySchema, path);
    rows.push(...page.events);
    if (page.count < limit) return rows;
  }
}

/** Two rows with others between and around them. */
function pickSpan(rows: readonly UsageEventInfo[]): {
  newer: UsageEventInfo;
  older: UsageEventInfo;
} {
  const newer = rows[3];
  const older = rows[9];
  if (newer === undefined || older === undefined) throw new Error('ten usage rows are needed');
  return { newer, older };
}

function sum<T>(rows: readonly T[], read: (row: T) => number): number {
  return rows.reduce((total, row) => total + read(row), 0);
}

const encode = encodeURIComponent;
