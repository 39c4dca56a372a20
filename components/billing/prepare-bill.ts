import type { Bill } from '#components/api/use-bill.ts';
import { addAmounts } from '#components/charts/measure.ts';
import { percentOf, sumUsage, type UsageTotals } from '#components/usage/usage-totals.ts';
import type { BillingRow, DailyUsagePoint } from '#organism/agentserver/usage.ts';
import type { BillingKind } from '#organism/event.ts';
import { usdToNanos } from '#organism/money.ts';

/** One line of a bill: a model, an agent or a day. */
export interface BillLine extends UsageTotals {
  readonly id: string;
  readonly name: string;
  /** What our price table says; the rest of the cost is the source's own figure. */
  readonly computedNanos: number;
  /** 0 to 100, of the whole bill. */
  readonly sharePercent: number;
}

export interface BillPart {
  readonly lines: readonly BillLine[];
  /** Of the lines, added up one by one. */
  readonly total: UsageTotals;
  /** Whether the lines add up to the bill: cost to the nano-dollar, tokens and requests. */
  readonly addsUp: boolean;
}

export interface PreparedBill {
  readonly total: UsageTotals;
  readonly computedNanos: number;
  readonly byModel: BillPart;
  readonly byAgent: BillPart;
  readonly byDay: BillPart;
  /** What is charged by call and what a subscription covers; null where nothing is covered. */
  readonly byBilling: BillPart | null;
  /** Whether all parts add up to the total. */
  readonly addsUp: boolean;
}

/** The line of what a subscription covers. */
const COVERED: BillingKind = 'subscription';

/** Turns a bill into lines whose sums can be checked against its total. */
export function prepareBill({ summary, days }: Bill): PreparedBill {
  const total = sumUsage([summary]);
  const part = (rows: readonly Named[]) => preparePart(rows, total);
  const byModel = part(namedRows(summary.byModel));
  const byAgent = part(namedRows(summary.byAgent));
  const byDay = part(dayRows(days.days));
  const billed = namedRows(summary.byBilling ?? {});
  const byBilling = billed.some(({ name }) => name === COVERED) ? part(billed) : null;
  return {
    total,
    computedNanos: total.costNanos - total.reportedNanos,
    byModel,
    byAgent,
    byDay,
    byBilling,
    addsUp: [byModel, byAgent, byDay, byBilling].every((each) => each?.addsUp ?? true),
  };
}

type Named = { readonly name: string; readonly totals: UsageTotals };

function preparePart(rows: readonly Named[], bill: UsageTotals): BillPart {
  const total = sumTotals(rows.map((row) => row.totals));
  return {
    lines: rows.map(({ name, totals }) => ({
      ...totals,
      id: `line:${name}`,
      name,
      computedNanos: totals.costNanos - totals.reportedNanos,
      sharePercent: percentOf(totals.costNanos, bill.costNanos),
    })),
    total,
    addsUp:
      total.costNanos === bill.costNanos &&
      total.tokens === bill.tokens &&
      total.requests === bill.requests &&
      total.coveredNanos === bill.coveredNanos,
  };
}

function namedRows(rows: Readonly<Record<string, BillingRow>>): Named[] {
  return Object.entries(rows).map(([name, row]) => ({
    name,
    totals: {
      costNanos: row.total_cost_nanos ?? usdToNanos(row.total_cost) ?? 0,
      reportedNanos: row.reported_cost_nanos ?? 0,
      tokens: row.total_tokens,
      promptTokens: row.prompt_tokens,
      completionTokens: row.completion_tokens,
      requests: row.request_count,
      unpricedTokens: row.unpriced_tokens ?? 0,
      unpricedRequests: row.unpriced_requests ?? 0,
      coveredNanos: row.covered_cost_nanos ?? 0,
      coveredUnlisted: row.covered_unlisted ?? 0,
    },
  }));
}

function dayRows(points: readonly DailyUsagePoint[]): Named[] {
  const byDate = new Map<string, DailyUsagePoint[]>();
  for (const point of points) {
    byDate.set(point.date, [...(byDate.get(point.date) ?? []), point]);
  }
  return [...byDate].map(([name, rows]) => ({ name, totals: sumUsage(rows) }));
}

function sumTotals(rows: readonly UsageTotals[]): UsageTotals {
  const sum = (read: (row: UsageTotals) => number) =>
    rows.reduce((total, row) => addAmounts(total, read(row)), 0);
  return {
    costNanos: sum((row) => row.costNanos),
    reportedNanos: sum((row) => row.reportedNanos),
    tokens: sum((row) => row.tokens),
    promptTokens: sum((row) => row.promptTokens),
    completionTokens: sum((row) => row.completionTokens),
    requests: sum((row) => row.requests),
    unpricedTokens: sum((row) => row.unpricedTokens),
    unpricedRequests: sum((row) => row.unpricedRequests),
    coveredNanos: sum((row) => row.coveredNanos),
    coveredUnlisted: sum((row) => row.coveredUnlisted),
  };
}
