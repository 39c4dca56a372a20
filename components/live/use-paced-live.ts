'use client';

import { useMemo, useSyncExternalStore } from 'react';

import type { OrganismState } from '#organism/state.ts';

import { useLiveContext } from './live-context.tsx';
import type { Amendment, LiveView } from './live-store.ts';
import { createPacedView } from './paced-view.ts';
import { createSelection, isShallowEqual } from './selection.ts';

/** As often as a reader can follow figures in a table. */
const PACE_MS = 250;

/** `useLive` for what changes with every event and costs much to draw: at most four times a second. */
export function usePacedLive<T>(selector: (organism: OrganismState) => T): T {
  return usePacedView(useMemo(() => (view) => selector(view.organism), [selector]));
}

/** The newest messages that were told again, at the same pace. */
export function useAmendments(): readonly Amendment[] {
  return usePacedView(readAmendments);
}

const readAmendments = (view: LiveView): readonly Amendment[] => view.amendments;

function usePacedView<T>(read: (view: LiveView) => T): T {
  const { store } = useLiveContext();
  const paced = useMemo(() => createPacedView({ store, paceMs: PACE_MS, setTimer }), [store]);
  const select = useMemo(() => createSelection(read, isShallowEqual), [read]);
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
