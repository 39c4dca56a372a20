import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).name) };
}

export default async function AgentPage({ params }: Props) {
  const name = decodeURIComponent((await params).name);
  return (
    <Page>
      <PageHeader title={name} />
      <EmptyState title="Nothing is known of this agent">
        <p>It appears here as soon as a source reports it.</p>
      </EmptyState>
    </Page>
  );
}
