import { describe, expect, it } from 'vitest';

import type { BillingRow, BillingSummary, DailyUsagePoint } from '#organism/agentserver/usage.ts';

import { prepareBill } from './prepare-bill.ts';

const row = (nanos: number, reported: number, unpriced = 0): BillingRow => ({
  total_tokens: 10,
  prompt_tokens: 7,
  completion_tokens: 3,
  request_count: 2,
  total_cost: nanos / 1e9,
  unpriced_requests: unpriced,
  unpriced_tokens: unpriced * 5,
  total_cost_nanos: nanos,
  reported_cost_nanos: reported,
});
const day = (date: string, group: string, nanos: number, requests = 2): DailyUsagePoint => ({
  date,
  group,
  totalTokens: requests * 5,
  requestCount: requests,
  totalCost: nanos / 1e9,
  totalCostNanos: nanos,
});
const summary: BillingSummary = {
  startTime: '',
  endTime: '',
  totalTokens: 20,
  promptTokens: 14,
  completionTokens: 6,
  requestCount: 4,
  totalCost: 0.3,
  totalCostNanos: 300_000_001,
  reportedCostNanos: 100_000_001,
  unpricedRequests: 1,
  unpricedTokens: 5,
  byModel: { 'gpt-5': row(200_000_000, 0), local: row(100_000_001, 100_000_001, 1) },
  byAgent: { coder: row(299_999_999, 1), __proto__: row(1, 1), toString: row(2, 2) },
};
const days = [day('2026-11-20', 'gpt-5', 200_000_000), day('2026-11-21', 'local', 100_000_001)];

describe('prepareBill', () => {
  const bill = prepareBill({ summary, days: { days, count: 2 } });

  it('sets what was computed beside what was reported', () => {
    expect(bill.computedNanos).toBe(200_000_000);
    expect(bill.byModel.lines).toMatchObject([
      { name: 'gpt-5', computedNanos: 200_000_000, reportedNanos: 0 },
      { name: 'local', computedNanos: 0, reportedNanos: 100_000_001, unpricedTokens: 5 },
    ]);
  });

  it('adds lines up to the nano-dollar', () => {
    expect(bill.byModel.total.costNanos).toBe(300_000_001);
    expect(bill.byModel.addsUp).toBe(true);
    expect(bill.byDay.addsUp).toBe(true);
  });

  it('says so when a part is a single nano-dollar off', () => {
    const shifted = [day('2026-11-20', 'gpt-5', 200_000_001), ...days.slice(1)];
    const wrong = prepareBill({ summary, days: { days: shifted, count: 2 } });
    expect(wrong.byDay.addsUp).toBe(false);
    expect(wrong.byModel.addsUp).toBe(true);
    expect(wrong.addsUp).toBe(false);
  });

  it('says so when costs agree and requests do not', () => {
    const more = [...days, day('2026-11-21', 'gpt-5', 0, 1)];
    expect(prepareBill({ summary, days: { days: more, count: 3 } }).byDay.addsUp).toBe(false);
  });

  it('sets what a subscription covers beside what is charged, never into it', () => {
    const covered = { ...row(0, 0), covered_cost_nanos: 70, covered_unlisted: 1 };
    const charged = { ...row(300_000_001, 100_000_001, 1), total_tokens: 10 };
    const paid = prepareBill({
      summary: {
        ...summary,
        coveredCostNanos: 70,
        coveredUnlisted: 1,
        byBilling: { api: charged, subscription: covered },
      },
      days: { days, count: 2 },
    });
    expect(paid.total).toMatchObject({ costNanos: 300_000_001, coveredNanos: 70 });
    expect(paid.byBilling).toMatchObject({
      addsUp: true,
      lines: [
        { name: 'api', costNanos: 300_000_001, coveredNanos: 0 },
        { name: 'subscription', costNanos: 0, coveredNanos: 70, coveredUnlisted: 1 },
      ],
    });
    // Of models, agents and days nothing covered was told here: that does not add up.
    expect(paid.byModel.addsUp).toBe(false);
    expect(bill.byBilling).toBeNull();
  });

  it('sums the models of one day into its line', () => {
    const oneDay = [
      day('2026-11-21', 'gpt-5', 200_000_000),
      day('2026-11-21', 'local', 100_000_001),
    ];
    const { byDay } = prepareBill({ summary, days: { days: oneDay, count: 2 } });
    expect(byDay.lines).toMatchObject([
      { name: '2026-11-21', costNanos: 300_000_001, requests: 4 },
    ]);
  });
});
