'use client';

import { useLive, useServerNow } from '#components/live/use-live.ts';

import type { Attention } from './marks.tsx';
import { countExhausted, countRecentErrors, countTroubledSources } from './prepare-attention.ts';

/** What asks to be looked at, for the marks beside the pages. */
export function useAttention(): Attention {
  const now = useServerNow();
  const errors = useLive((organism) => organism.recentErrors);
  const exhausted = useLive(countExhausted);
  const sources = useLive(countTroubledSources);
  return { errors: now === null ? 0 : countRecentErrors(errors, now), gas: exhausted, sources };
}
