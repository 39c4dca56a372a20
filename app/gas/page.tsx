import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Gas' };

export default function GasPage() {
  return (
    <Page>
      <PageHeader title="Gas" />
      <EmptyState title="No budgets yet">
        <p>Gauges appear here once a thread has a token budget.</p>
      </EmptyState>
    </Page>
  );
}
