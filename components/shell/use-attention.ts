'use client';

import { useServerNow } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';

import type { Attention } from './marks.tsx';
import { countExhausted, countRecentErrors, countTroubledSources } from './prepare-attention.ts';

/** What asks to be looked at, for the marks beside the pages. */
export function useAttention(): Attention {
  const now = useServerNow();
  const errors = usePacedLive((organism) => organism.recentErrors);
  const exhausted = usePacedLive(countExhausted);
  const sources = usePacedLive(countTroubledSources);
  return { errors: now === null ? 0 : countRecentErrors(errors, now), gas: exhausted, sources };
}
