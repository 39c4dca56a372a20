'use client';

import { useSyncExternalStore } from 'react';

/** Whether a media query holds; false on the server and during hydration. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
    () => false,
  );
}

/** Below the width where tables become cards and the rail a bottom bar. */
export const NARROW = '(max-width: 639.98px)';
