import type { Metadata } from 'next';

import { ThreadsView } from '#components/threads/threads-view.tsx';

export const metadata: Metadata = { title: 'Threads' };

export default function ThreadsPage() {
  return <ThreadsView />;
}
