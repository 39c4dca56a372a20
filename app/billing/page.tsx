import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Billing' };

export default function BillingPage() {
  return (
    <Page>
      <PageHeader title="Billing" />
      <EmptyState title="Nothing to bill yet">
        <p>Totals appear here after the first model call.</p>
      </EmptyState>
    </Page>
  );
}
