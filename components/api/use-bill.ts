'use client';

import { useQuery } from '@tanstack/react-query';

import type { BillingSummary, DailyUsage } from '#organism/agentserver/usage.ts';
import { billingSummarySchema, dailyUsageSchema } from '#organism/agentserver/usage.ts';

import { type ApiError, getJson, type QueryParams } from './api-client.ts';
import { timeParams } from './time-params.ts';
import type { BillingQuery } from './use-billing.ts';
import { useOrganismId } from './use-organism-id.ts';
import { isSameList, type Resource, resourceKey, shouldRetry } from './use-resource.ts';

/** A bill's totals and its days, read so that they are of the same moment. */
export interface Bill {
  readonly summary: BillingSummary;
  /** By day and model. */
  readonly days: DailyUsage;
}

const BILL_REFRESH_MS = 30_000;
/** While usage pours in, two answers rarely are of one moment: after this many the last pair stands. */
const MAX_READS = 4;

/** The bill of a period and its days in a zone; the two add up unless usage arrives very fast. */
export function useBill(query: BillingQuery & { readonly zone: string | null }): Resource<Bill> {
  const organism = useOrganismId();
  const params = { organism, ...timeParams(query.range), org_id: query.org };
  const dayParams = { ...params, timezone: query.zone, group_by: 'model' };
  const queryKey = resourceKey('/usage/bill', dayParams);
  return useQuery<Bill, ApiError>({
    queryKey,
    queryFn: ({ signal }) => readBill(params, dayParams, signal),
    refetchInterval: BILL_REFRESH_MS,
    enabled: query.range !== null && query.zone !== null,
    networkMode: 'always',
    retry: shouldRetry,
    placeholderData: (previous, earlier) =>
      isSameList(earlier?.queryKey, queryKey) ? previous : undefined,
  });
}

async function readBill(
  params: QueryParams,
  dayParams: QueryParams,
  signal: AbortSignal,
): Promise<Bill> {
  for (let reads = 1; ; reads += 1) {
    const [summary, days] = await Promise.all([
      getJson(billingSummarySchema, '/usage/billing', { params, signal }),
      getJson(dailyUsageSchema, '/usage/daily', { params: dayParams, signal }),
    ]);
    if (reads === MAX_READS || isOfOneMoment(summary, days)) return { summary, days };
  }
}

/** Every call counts one request, so equal counts of a growing ledger are equal sums. */
function isOfOneMoment(summary: BillingSummary, { days }: DailyUsage): boolean {
  return days.reduce((sum, day) => sum + day.requestCount, 0) === summary.requestCount;
}
