import type { Store, UsageDay, UsageDimension, UsageQuery } from '#db/store.ts';
import type { BillingKind } from '#organism/event.ts';
import { formatInstant } from '#organism/instant.ts';
import { nanosToDecimal } from '#organism/money.ts';
import { totalTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';
import { ZERO_USAGE, mergeUsage } from '#organism/usage-sum.ts';

import type { Cell } from './csv.ts';
import { toCell, toCsv } from './csv.ts';
import { fileName, rangeNames } from './file-name.ts';

/** Rows turned into text at a time, so that a long export neither blocks nor piles up. */
const CHUNK_ROWS = 500;

export interface BillingScope {
  readonly organismId: string;
  readonly org: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly billing: BillingKind | null;
  /** Half-open; null is unbounded. */
  readonly from: number | null;
  readonly to: number | null;
  readonly timezone: string;
  readonly groupBy: UsageDimension;
}

/** A bill by day and group, with everything a reader needs to trust it. */
export interface BillingReport {
  readonly scope: BillingScope;
  readonly generatedAt: number;
  /** The price tables behind the costs, as `source@version`: older calls keep older prices. */
  readonly priceVersions: readonly string[];
  readonly total: UsageSum;
  readonly days: readonly UsageDay[];
}

export async function readBillingReport(
  deps: {
    store: Pick<Store, 'dailyUsage' | 'listPriceVersions'>;
    now: () => number;
  },
  scope: BillingScope,
): Promise<BillingReport> {
  const query: UsageQuery = {
    organismId: scope.organismId,
    org: scope.org ?? undefined,
    agent: scope.agent ?? undefined,
    model: scope.model ?? undefined,
    provider: scope.provider ?? undefined,
    billing: scope.billing ?? undefined,
    from: scope.from ?? undefined,
    to: scope.to ?? undefined,
  };
  const { timezone, groupBy } = scope;
  const [days, priceVersions] = await Promise.all([
    deps.store.dailyUsage({ ...query, timezone, groupBy }),
    deps.store.listPriceVersions(query),
  ]);
  return {
    scope,
    generatedAt: deps.now(),
    priceVersions,
    total: days.reduce((sum, day) => mergeUsage(sum, day.sum), ZERO_USAGE),
    days,
  };
}

/** One CSV document: RFC 4180, a header row, then one row per day and group. See `docs/exports.md`. */
export function* billingCsv(report: BillingReport): Generator<string> {
  const facts = reportFacts(report);
  const { groupBy } = report.scope;
  yield toCsv([[...Object.keys(dayFacts(EMPTY_DAY, groupBy)), ...Object.keys(facts)]]);
  for (let start = 0; start < report.days.length; start += CHUNK_ROWS) {
    const days = report.days.slice(start, start + CHUNK_ROWS);
    yield toCsv(
      days.map((day) =>
        [...Object.values(dayFacts(day, groupBy)), ...Object.values(facts)].map(toCell),
      ),
    );
  }
}

/** The same report as one JSON document: `{report, rows}`. Money is a decimal in a string. */
export function* billingJson(report: BillingReport): Generator<string> {
  const { groupBy } = report.scope;
  yield `{"report":${JSON.stringify(reportFacts(report))},"rows":[`;
  for (let start = 0; start < report.days.length; start += CHUNK_ROWS) {
    const days = report.days.slice(start, start + CHUNK_ROWS);
    const rows = days.map((day) => JSON.stringify(dayFacts(day, groupBy)));
    yield (start === 0 ? '' : ',') + rows.join(',');
  }
  yield ']}';
}

/** Names the scope, so that a saved file still says what it is. */
export function billingFileName(report: BillingReport, extension: 'csv' | 'json'): string {
  const { scope } = report;
  const filters = [scope.agent, scope.model, scope.provider, scope.billing];
  return fileName(
    [
      'billing',
      scope.organismId,
      scope.org ?? 'all-orgs',
      ...filters.filter((name) => name !== null),
      ...rangeNames(scope),
      scope.timezone,
      `by-${scope.groupBy}`,
    ],
    extension,
  );
}

const EMPTY_DAY: UsageDay = { date: '', group: null, sum: ZERO_USAGE };

function dayFacts(day: UsageDay, groupBy: UsageDimension): Record<string, Cell> {
  const { tokens, requests, costNanos, reportedCostNanos } = day.sum;
  return {
    date: day.date,
    [groupBy]: day.group,
    requests,
    tokens_input_fresh: tokens.inputFresh,
    tokens_cache_read: tokens.cacheRead,
    tokens_cache_write: tokens.cacheWrite,
    tokens_output_visible: tokens.outputVisible,
    tokens_reasoning: tokens.reasoning,
    tokens_total: totalTokens(tokens),
    cost_usd: nanosToDecimal(costNanos),
    reported_cost_usd: nanosToDecimal(reportedCostNanos),
    unpriced_requests: day.sum.unpricedRequests,
    unpriced_tokens: day.sum.unpricedTokens,
    covered_list_cost_usd: nanosToDecimal(day.sum.coveredCostNanos),
    covered_unlisted_requests: day.sum.coveredUnlisted,
  };
}

/** The same in every row: a table can be cut, sorted and joined without losing what it is about. */
function reportFacts({ scope, total, ...report }: BillingReport): Record<string, Cell> {
  return {
    organism: scope.organismId,
    scope_org: scope.org,
    scope_agent: scope.agent,
    scope_model: scope.model,
    scope_provider: scope.provider,
    scope_billing: scope.billing,
    period_from: scope.from === null ? null : formatInstant(scope.from),
    period_to: scope.to === null ? null : formatInstant(scope.to),
    timezone: scope.timezone,
    currency: 'USD',
    price_versions: report.priceVersions.join(' '),
    report_rows: report.days.length,
    report_cost_usd: nanosToDecimal(total.costNanos),
    report_covered_list_cost_usd: nanosToDecimal(total.coveredCostNanos),
    report_covered_unlisted_requests: total.coveredUnlisted,
    report_unpriced_requests: total.unpricedRequests,
    report_unpriced_tokens: total.unpricedTokens,
    generated_at: formatInstant(report.generatedAt),
  };
}
