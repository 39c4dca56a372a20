'use client';

import { useEffect, useState } from 'react';

/** Where a browser cannot tell when it is idle. */
const SOON_MS = 300;

/**
 * Loads a module once the page has nothing better to do, or at once when it is wanted; true when it is
 * there. Early, because a page outlives its server: what is not loaded when the server goes cannot
 * be shown then. A load that fails is tried again when the module is wanted next.
 */
export function useLoadedSoon(load: () => Promise<unknown>, isWanted: boolean): boolean {
  const [isLoaded, setIsLoaded] = useState(false);
  // External system: the module loader.
  useEffect(() => {
    if (isLoaded) return;
    const start = () => {
      load().then(
        () => setIsLoaded(true),
        () => undefined,
      );
    };
    if (isWanted) return start();
    return whenIdle(start);
  }, [load, isLoaded, isWanted]);
  return isLoaded;
}

/** @returns what calls it off */
function whenIdle(task: () => void): () => void {
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(task, SOON_MS);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(task);
  return () => cancelIdleCallback(handle);
}
