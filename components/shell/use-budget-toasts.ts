'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { toast } from 'sonner';

import { useHref } from '#components/api/use-href.ts';
import { useLiveContext } from '#components/live/live-context.tsx';

import { createBudgetAnnouncer, type Crossing } from './budget-announcer.ts';
import { describeCrossings } from './budget-words.ts';

/** One place on screen: a newer announcement takes the older one's. */
const TOAST_ID = 'budget-thresholds';

/** Says once when a thread passes 75, 90, 95 or 100 % of its budget while the page is open. */
export function useBudgetToasts(): void {
  const { store } = useLiveContext();
  const router = useRouter();
  const hrefOf = useHref();
  const announce = useEffectEvent((crossings: readonly Crossing[]) => {
    const { title, detail, href, isExhausted } = describeCrossings(crossings);
    const show = isExhausted ? toast.error : toast;
    show(title, {
      id: TOAST_ID,
      description: detail,
      action: { label: 'Show', onClick: () => router.push(hrefOf(href)) },
    });
  });
  // External system: the live store.
  useEffect(() => {
    const announcer = createBudgetAnnouncer({
      store,
      announce: (crossings) => announce(crossings),
      setTimer(task, delayMs) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    });
    announcer.start();
    return () => announcer.stop();
  }, [store]);
}
