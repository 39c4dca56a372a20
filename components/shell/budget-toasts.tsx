'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent } from 'react';
import { toast, Toaster } from 'sonner';

import { useHref } from '#components/api/use-href.ts';

import type { CrossingWords } from './budget-words.ts';

/** One place on screen: a newer announcement takes the older one's. */
const TOAST_ID = 'budget-thresholds';
const BOTTOM_BAR_PX = 56;

/** Shows an announcement for a while, and each that comes after it. */
export function BudgetToasts({ announcement }: { announcement: CrossingWords }) {
  const router = useRouter();
  const hrefOf = useHref();
  const show = useEffectEvent(({ title, detail, href, isExhausted }: CrossingWords) => {
    const say = isExhausted ? toast.error : toast;
    say(title, {
      id: TOAST_ID,
      description: detail,
      action: { label: 'Show', onClick: () => router.push(hrefOf(href)) },
    });
  });
  // External system: the toaster, which listens by then: a child's effects come first.
  useEffect(() => show(announcement), [announcement]);
  return (
    <Toaster
      position="bottom-right"
      mobileOffset={{ bottom: BOTTOM_BAR_PX + 12 }}
      toastOptions={{ className: 'toast' }}
    />
  );
}
