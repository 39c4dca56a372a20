'use client';

import { z } from 'zod';

import type { DailyUsage, UsageOverview } from '#organism/agentserver/usage.ts';
import {
  dailyUsageSchema,
  threadBudgetListSchema,
  usageOverviewSchema,
} from '#organism/agentserver/usage.ts';
import type { UsageBreakdown } from '#organism/api/resources.ts';
import { usageBreakdownSchema, usageNamesSchema } from '#organism/api/resources.ts';

import type { InstantRange } from './range.ts';
import { timeParams } from './time-params.ts';
import { useOrganismId } from './use-organism-id.ts';
import { type Resource, useResource } from './use-resource.ts';

export const USAGE_DIMENSIONS = ['model', 'agent', 'org', 'provider', 'billing'] as const;
export type UsageDimension = (typeof USAGE_DIMENSIONS)[number];
export type ThreadBudgetList = z.infer<typeof threadBudgetListSchema>;
export type UsageNames = z.infer<typeof usageNamesSchema>;

/** Stored usage changes every few seconds at most; a month of it hardly at all. */
const USAGE_REFRESH_MS = 15_000;

const usageAnswerSchema = z.object({ usage: usageOverviewSchema });

/** Totals of the organism, by agent and by model, since the beginning. */
export function useUsageOverview(): Resource<{ usage: UsageOverview }> {
  const organism = useOrganismId();
  return useResource(usageAnswerSchema, '/usage', { organism }, { refreshMs: USAGE_REFRESH_MS });
}

/** Every thread's budget, hottest first. */
export function useBudgets(): Resource<ThreadBudgetList> {
  const organism = useOrganismId();
  return useResource(threadBudgetListSchema, '/usage/threads', { organism }, { refreshMs: 5000 });
}

export interface DailyUsageQuery {
  /** Null waits for the browser's clock and zone. */
  readonly range: InstantRange | null;
  /** IANA zone the days are cut in. */
  readonly zone: string | null;
  readonly groupBy?: UsageDimension | null | undefined;
  readonly org?: string | null | undefined;
  readonly agent?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly billing?: string | null | undefined;
  /** How often it is read again, in milliseconds. */
  readonly refreshMs?: number | undefined;
}

/** One row per day, or per day and group, oldest first. Days without usage have no row. */
export function useDailyUsage(query: DailyUsageQuery): Resource<DailyUsage> {
  const organism = useOrganismId();
  return useResource(
    dailyUsageSchema,
    '/usage/daily',
    {
      organism,
      ...timeParams(query.range),
      timezone: query.zone,
      group_by: query.groupBy,
      org_id: query.org,
      agent_id: query.agent,
      model: query.model,
      provider: query.provider,
      billing: query.billing,
    },
    {
      refreshMs: query.refreshMs ?? USAGE_REFRESH_MS,
      keepPrevious: true,
      enabled: query.range !== null && query.zone !== null,
    },
  );
}

/** A first day moves only when older usage arrives: rarely, and in bulk. */
const COVERAGE_REFRESH_MS = 60_000;

/**
 * The first day, as YYYY-MM-DD in the zone, with any stored usage: before it nothing is known, after
 * it a day without rows is a true zero. Null when nothing is stored, undefined until known.
 */
export function useFirstUsageDay(zone: string | null): string | null | undefined {
  const organism = useOrganismId();
  const { data } = useResource(
    dailyUsageSchema,
    '/usage/daily',
    { organism, timezone: zone },
    { refreshMs: COVERAGE_REFRESH_MS, enabled: zone !== null },
  );
  return data === undefined ? undefined : (data.days[0]?.date ?? null);
}

export interface BreakdownQuery {
  readonly groupBy: readonly (UsageDimension | 'thread')[];
  /** Absent: since the beginning. Null waits for the browser's clock and zone. */
  readonly range?: InstantRange | null | undefined;
  readonly thread?: string | null | undefined;
  readonly agent?: string | null | undefined;
  readonly org?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly billing?: string | null | undefined;
}

/** Sums by one or more dimensions, largest cost first, with the total of all of them. */
export function useUsageBreakdown(query: BreakdownQuery): Resource<UsageBreakdown> {
  const organism = useOrganismId();
  return useResource(
    usageBreakdownSchema,
    '/usage/breakdown',
    {
      organism,
      group_by: query.groupBy.join(','),
      ...timeParams(query.range),
      thread: query.thread,
      agent_id: query.agent,
      org_id: query.org,
      model: query.model,
      provider: query.provider,
      billing: query.billing,
    },
    { refreshMs: USAGE_REFRESH_MS, keepPrevious: true, enabled: query.range !== null },
  );
}

/** Names of one dimension that occur in the ledger, for a filter. */
export function useUsageNames(dimension: UsageDimension): Resource<UsageNames> {
  const organism = useOrganismId();
  return useResource(usageNamesSchema, '/usage/names', { organism, dimension });
}
