'use client';

import { parseAsString, useQueryStates } from 'nuqs';

import { useRangeFilter } from '#components/api/use-range-filter.ts';
import { parseAsSort } from '#components/ui/table/parse-sort.ts';

const BY_COST = { id: 'cost', isDescending: true };
const NEWEST_FIRST = { id: 'name', isDescending: true };

/** All that decides what the billing page shows; kept in the URL. */
export function useBillingFilters() {
  const range = useRangeFilter('month');
  const [choices, setChoices] = useQueryStates({
    org: parseAsString,
    models: parseAsSort.withDefault(BY_COST),
    agents: parseAsSort.withDefault(BY_COST),
    days: parseAsSort.withDefault(NEWEST_FIRST),
    payers: parseAsSort.withDefault(BY_COST),
  });
  return {
    range,
    choices,
    set: (patch: Parameters<typeof setChoices>[0]) => void setChoices(patch),
  };
}
export type BillingFilters = ReturnType<typeof useBillingFilters>;
