'use client';

import type { BillingSummary } from '#organism/agentserver/usage.ts';
import { billingSummarySchema } from '#organism/agentserver/usage.ts';

import { type QueryParams, apiUrl } from './api-client.ts';
import type { InstantRange } from './range.ts';
import { timeParams } from './time-params.ts';
import { useOrganismId } from './use-organism-id.ts';
import { type Resource, useResource } from './use-resource.ts';
import type { UsageDimension } from './use-usage.ts';

export interface BillingQuery {
  /** Null waits for the browser's clock and zone. */
  readonly range: InstantRange | null;
  readonly org?: string | null | undefined;
}

/** The bill of a period: totals with what has no price, by model and by agent. */
export function useBilling(query: BillingQuery): Resource<BillingSummary> {
  const organism = useOrganismId();
  return useResource(
    billingSummarySchema,
    '/usage/billing',
    { organism, ...timeParams(query.range), org_id: query.org },
    { refreshMs: 30_000, keepPrevious: true, enabled: query.range !== null },
  );
}

export interface BillingExport extends BillingQuery {
  readonly organism: string | null;
  readonly format: 'csv' | 'json';
  /** IANA zone the days are cut in. */
  readonly zone: string | null;
  readonly groupBy?: UsageDimension | null | undefined;
  readonly agent?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly billing?: string | null | undefined;
}

/** The address of a download: for a link, so that the browser streams it to disk. */
export function billingExportUrl(request: BillingExport): string {
  return apiUrl('/exports/billing', {
    format: request.format,
    ...scopeParams(request),
    timezone: request.zone,
    group_by: request.groupBy,
  });
}

/** The same bill by UTC day, agent, model and token class, in the columns of FOCUS. */
export function focusExportUrl(
  request: Omit<BillingExport, 'format' | 'zone' | 'groupBy'>,
): string {
  return apiUrl('/exports/focus', scopeParams(request));
}

function scopeParams(request: Omit<BillingExport, 'format' | 'zone' | 'groupBy'>): QueryParams {
  return {
    ...timeParams(request.range),
    org_id: request.org,
    agent_id: request.agent,
    model: request.model,
    provider: request.provider,
    billing: request.billing,
    organism: request.organism,
  };
}
