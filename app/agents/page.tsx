import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Agents' };

export default function AgentsPage() {
  return (
    <Page>
      <PageHeader title="Agents" />
      <EmptyState title="No agents yet">
        <p>Agents appear here as soon as a source reports them.</p>
      </EmptyState>
    </Page>
  );
}
