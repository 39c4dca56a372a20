'use client';

import { ExportLinks } from './export-links.tsx';
import type { UsageFilters } from './use-usage-filters.ts';

/** The shown range by day and group as a file, under the same filters and zone. */
export function UsageExport({ filters }: { filters: UsageFilters }) {
  const { range, zone } = filters.range;
  return <ExportLinks scope={{ range, zone, groupBy: filters.choices.by, ...filters.names }} />;
}
