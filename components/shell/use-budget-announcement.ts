'use client';

import { useEffect, useState } from 'react';

import { useLiveContext } from '#components/live/live-context.tsx';

import { createBudgetAnnouncer } from './budget-announcer.ts';
import { type CrossingWords, describeCrossings } from './budget-words.ts';

/** Said once when a thread passes 75, 90, 95 or 100 % of its budget while the page is open. */
export function useBudgetAnnouncement(): CrossingWords | null {
  const { store } = useLiveContext();
  const [announcement, setAnnouncement] = useState<CrossingWords | null>(null);
  // External system: the live store.
  useEffect(() => {
    const announcer = createBudgetAnnouncer({
      store,
      announce: (crossings) => setAnnouncement(describeCrossings(crossings)),
      setTimer(task, delayMs) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    });
    announcer.start();
    return () => announcer.stop();
  }, [store]);
  return announcement;
}
