'use client';

import { Download } from 'lucide-react';

import { billingExportUrl } from '#components/api/use-billing.ts';
import { useOrganismId } from '#components/api/use-organism-id.ts';
import { DownloadLink } from '#components/ui/button.tsx';

import type { UsageFilters } from './use-usage-filters.ts';

/** The shown range by day and group as a file, under the same filters and zone. */
export function UsageExport({ filters }: { filters: UsageFilters }) {
  const organism = useOrganismId();
  const { range, zone } = filters.range;
  if (range === null) return null;
  const scope = { organism, range, zone, groupBy: filters.choices.by, ...filters.names };
  return (
    <>
      {(['csv', 'json'] as const).map((format) => (
        <DownloadLink key={format} href={billingExportUrl({ ...scope, format })}>
          <Download className="size-3.5" aria-hidden />
          {`Export ${format.toUpperCase()}`}
        </DownloadLink>
      ))}
    </>
  );
}
