import type { Metadata } from 'next';

import { ErrorsView } from '#components/errors/errors-view.tsx';

export const metadata: Metadata = { title: 'Errors' };

export default function ErrorsPage() {
  return <ErrorsView />;
}
