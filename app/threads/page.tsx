import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Threads' };

export default function ThreadsPage() {
  return (
    <Page>
      <PageHeader title="Threads" />
      <EmptyState title="No threads yet">
        <p>Threads appear here when an agent is given work.</p>
      </EmptyState>
    </Page>
  );
}
