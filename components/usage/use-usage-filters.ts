'use client';

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';

import { useRangeFilter } from '#components/api/use-range-filter.ts';
import { USAGE_DIMENSIONS, type UsageDimension } from '#components/api/use-usage.ts';
import { MEASURES } from '#components/charts/measure.ts';
import { parseAsSort } from '#components/ui/table/parse-sort.ts';
import { BILLING_KINDS } from '#organism/event.ts';

const USAGE_VIEWS = ['chart', 'table'] as const;
export const DEFAULT_RANGE = '30d';

/** All that decides what the usage page shows; kept in the URL. */
export function useUsageFilters() {
  const range = useRangeFilter(DEFAULT_RANGE);
  const [choices, setChoices] = useQueryStates({
    by: parseAsStringLiteral(USAGE_DIMENSIONS).withDefault('model'),
    measure: parseAsStringLiteral(MEASURES).withDefault('cost'),
    view: parseAsStringLiteral(USAGE_VIEWS).withDefault('chart'),
    org: parseAsString,
    agent: parseAsString,
    model: parseAsString,
    provider: parseAsString,
    billing: parseAsStringLiteral(BILLING_KINDS),
    days: parseAsSort,
    sort: parseAsSort,
  });
  const { org, agent, model, provider, billing } = choices;
  const names: Record<UsageDimension, string | null> = { org, agent, model, provider, billing };
  return {
    range,
    choices,
    set: (patch: Parameters<typeof setChoices>[0]) => void setChoices(patch),
    /** The name each dimension is narrowed to, null for all. */
    names,
    isNarrowed: USAGE_DIMENSIONS.some((dimension) => names[dimension] !== null),
    setName: (dimension: UsageDimension, name: string | null) =>
      void setChoices({ [dimension]: name }),
    clearNames: () =>
      void setChoices({ org: null, agent: null, model: null, provider: null, billing: null }),
  };
}
export type UsageFilters = ReturnType<typeof useUsageFilters>;
