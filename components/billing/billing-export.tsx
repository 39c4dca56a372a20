'use client';

import { Download } from 'lucide-react';

import { focusExportUrl } from '#components/api/use-billing.ts';
import { useOrganismId } from '#components/api/use-organism-id.ts';
import { DownloadLink } from '#components/ui/button.tsx';
import { ExportLinks } from '#components/usage/export-links.tsx';

import type { BillingFilters } from './use-billing-filters.ts';

/**
 * The period's bill of the same organisation as a file: by day and model in the zone on screen, or in
 * the columns of FOCUS, whose days are those of UTC.
 */
export function BillingExport({ filters }: { filters: BillingFilters }) {
  const organism = useOrganismId();
  const { range, zone } = filters.range;
  const { org } = filters.choices;
  if (range === null) return null;
  return (
    <>
      <ExportLinks scope={{ range, zone, org, groupBy: 'model' }} />
      <DownloadLink href={focusExportUrl({ organism, range, org })}>
        <Download className="size-3.5" aria-hidden />
        Export FOCUS
      </DownloadLink>
    </>
  );
}
