import type { Metadata } from 'next';

import { BillingView } from '#components/billing/billing-view.tsx';

export const metadata: Metadata = { title: 'Billing' };

export default function BillingPage() {
  return <BillingView />;
}
