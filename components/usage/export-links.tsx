'use client';

import { Download } from 'lucide-react';

import { type BillingExport, billingExportUrl } from '#components/api/use-billing.ts';
import { useOrganismId } from '#components/api/use-organism-id.ts';
import { DownloadLink } from '#components/ui/button.tsx';

/** What is on screen as a file, by day and group; nothing while its range is not known. */
export function ExportLinks({ scope }: { scope: Omit<BillingExport, 'organism' | 'format'> }) {
  const organism = useOrganismId();
  if (scope.range === null) return null;
  return (['csv', 'json'] as const).map((format) => (
    <DownloadLink key={format} href={billingExportUrl({ ...scope, organism, format })}>
      <Download className="size-3.5" aria-hidden />
      {`Export ${format.toUpperCase()}`}
    </DownloadLink>
  ));
}
