import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).id) };
}

export default async function ThreadPage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return (
    <Page>
      <PageHeader title={id} />
      <EmptyState title="Nothing is known of this thread">
        <p>It appears here as soon as a source reports it.</p>
      </EmptyState>
    </Page>
  );
}
