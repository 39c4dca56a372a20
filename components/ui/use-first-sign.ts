'use client';

import { useEffect, useEffectEvent } from 'react';

const SIGNS = ['pointermove', 'pointerdown', 'keydown'] as const;

/** Runs a task once, as soon as somebody moves, points or types: what they may ask for next can load. */
export function useFirstSign(task: () => void): void {
  const run = useEffectEvent(task);
  // External system: the window's input.
  useEffect(() => {
    const listening = new AbortController();
    const onSign = () => {
      listening.abort();
      run();
    };
    for (const sign of SIGNS) {
      window.addEventListener(sign, onSign, { signal: listening.signal, passive: true });
    }
    return () => listening.abort();
  }, []);
}
