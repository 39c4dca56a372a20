import type { Metadata } from 'next';

import { GasView } from '#components/gas/gas-view.tsx';

export const metadata: Metadata = { title: 'Gas' };

export default function GasPage() {
  return <GasView />;
}
