'use client';

import { ExportLinks } from '#components/usage/export-links.tsx';

import type { BillingFilters } from './use-billing-filters.ts';

/** The period's bill by day and model as a file, of the same organisation and zone. */
export function BillingExport({ filters }: { filters: BillingFilters }) {
  const { range, zone } = filters.range;
  return <ExportLinks scope={{ range, zone, org: filters.choices.org, groupBy: 'model' }} />;
}
