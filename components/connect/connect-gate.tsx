'use client';

import { usePathname } from 'next/navigation';

import { useOrganisms } from '#components/api/use-organisms.ts';
import { DESTINATIONS, isCurrent } from '#components/shell/destinations.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';

import { ConnectGuide } from './connect-guide.tsx';

/** Any page, or how to connect a first organism when the server knows of none. */
export function ConnectGate({ children }: { children: React.ReactNode }) {
  const pathname = usePathname();
  const organisms = useOrganisms();
  if (organisms.data?.count !== 0) return children;
  const here = DESTINATIONS.find(({ href }) => isCurrent(href, pathname));
  return (
    <Page>
      <PageHeader title={here?.label ?? 'Organoscope'} />
      <ConnectGuide />
    </Page>
  );
}
