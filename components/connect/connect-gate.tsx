'use client';

import { usePathname } from 'next/navigation';

import { useOrganismId } from '#components/api/use-organism-id.ts';
import { useOrganisms } from '#components/api/use-organisms.ts';
import { DESTINATIONS, isCurrent } from '#components/shell/destinations.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';
import type { OrganismList } from '#organism/api/resources.ts';

import { ConnectGuide } from './connect-guide.tsx';

/** Any page; or how to connect a first organism; or which ones there are when the link's is not. */
export function ConnectGate({ children }: { children: React.ReactNode }) {
  const pathname = usePathname();
  const organismId = useOrganismId();
  const organisms = useOrganisms().data?.organisms;
  if (organisms === undefined) return children;
  const isKnown = organismId === null || organisms.some(({ id }) => id === organismId);
  if (organisms.length > 0 && isKnown) return children;
  const here = DESTINATIONS.find(({ href }) => isCurrent(href, pathname));
  return (
    <Page>
      <PageHeader title={here?.label ?? 'Organoscope'} />
      {organisms.length === 0 || organismId === null ? (
        <ConnectGuide />
      ) : (
        <UnknownOrganism id={organismId} organisms={organisms} />
      )}
    </Page>
  );
}

function UnknownOrganism(props: { id: string; organisms: OrganismList['organisms'] }) {
  return (
    <EmptyState
      title="There is no such organism here"
      actions={props.organisms.map(({ id, name }) => (
        <ButtonLink key={id} href={`/?organism=${encodeURIComponent(id)}`}>
          {`Watch ${name}`}
        </ButtonLink>
      ))}
    >
      <p>{`This server knows of no organism ${props.id}. The link may be from another server.`}</p>
    </EmptyState>
  );
}
