import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Usage' };

export default function UsagePage() {
  return (
    <Page>
      <PageHeader title="Usage" />
      <EmptyState title="No usage yet">
        <p>Tokens and cost appear here after the first model call.</p>
      </EmptyState>
    </Page>
  );
}
