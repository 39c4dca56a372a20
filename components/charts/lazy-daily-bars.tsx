'use client';

import dynamic from 'next/dynamic';
import { useEffect } from 'react';

import { Skeleton } from '#components/ui/skeleton.tsx';

const load = () => import('./daily-bars.tsx');

/** Bars by day, without the charting library, a quarter of a page's scripts, in the page's own. */
export const DailyBars = dynamic(async () => (await load()).DailyBars, {
  ssr: false,
  loading: () => <Skeleton className="h-72" />,
});

/** For a page that will show bars: loads them while it asks for what they will show. */
export function useDailyBarsSoon(): void {
  // External system: the module loader.
  useEffect(() => void load(), []);
}
