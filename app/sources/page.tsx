import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Sources' };

export default function SourcesPage() {
  return (
    <Page>
      <PageHeader title="Sources" />
      <EmptyState title="No sources">
        <p>Start with --source to connect one; its state and counts are shown here.</p>
      </EmptyState>
    </Page>
  );
}
