import type { Metadata } from 'next';

import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { EmptyState } from '#components/ui/surface-states.tsx';

export const metadata: Metadata = { title: 'Messages' };

export default function MessagesPage() {
  return (
    <Page>
      <PageHeader title="Messages" />
      <EmptyState title="No messages yet">
        <p>Messages appear here as agents and tools talk.</p>
      </EmptyState>
    </Page>
  );
}
