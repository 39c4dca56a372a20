'use client';

import { useMemo, useSyncExternalStore } from 'react';

import type { OrganismState } from '#organism/state.ts';

import { useLiveContext } from './live-context.tsx';
import type { LiveView } from './live-store.ts';
import { createPacedView } from './paced-view.ts';
import { createSelection, isShallowEqual } from './selection.ts';

/** As often as a reader can follow figures in a table. */
const PACE_MS = 250;

/** `useLive` for what changes with every event and costs much to draw: at most four times a second. */
export function usePacedLive<T>(selector: (organism: OrganismState) => T): T {
  const { store } = useLiveContext();
  const paced = useMemo(() => createPacedView({ store, paceMs: PACE_MS, setTimer }), [store]);
  const select = useMemo(
    () => createSelection((view: LiveView) => selector(view.organism), isShallowEqual),
    [selector],
  );
  return useSyncExternalStore(
    paced.subscribe,
    () => select(paced.getSnapshot()),
    () => select(store.getServerSnapshot()),
  );
}

function setTimer(task: () => void, delayMs: number): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}
