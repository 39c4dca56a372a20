import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Errors' };

export default function ErrorsPage() {
  return (
    <Page>
      <PageHeader title="Errors" />
      <EmptyState title="No errors">
        <p>Errors that agents and threads report are listed here.</p>
      </EmptyState>
    </Page>
  );
}
