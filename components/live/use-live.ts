'use client';

import { useMemo, useSyncExternalStore } from 'react';

import { useNow } from '#components/format/ticker.ts';
import type { OrganismState } from '#organism/state.ts';

import { useLiveContext } from './live-context.tsx';
import type { ConnectionStatus, LiveView } from './live-store.ts';
import { createSelection, isShallowEqual } from './selection.ts';

/**
 * A part of the live picture; renders again only when that part changes.
 * Parts are compared item by item one level deep, so a selector may build a new array or object.
 */
export function useLive<T>(selector: (organism: OrganismState) => T): T {
  const { store } = useLiveContext();
  const select = useMemo(
    () => createSelection((view: LiveView) => selector(view.organism), isShallowEqual),
    [selector],
  );
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.getSnapshot()),
    () => select(store.getServerSnapshot()),
  );
}

/** False until the first snapshot has arrived: then show a skeleton, not an empty state. */
export function useIsLiveLoaded(): boolean {
  return useLiveView((view) => view.isLoaded);
}

/** How fresh the picture is, and a way to try again at once. */
export function useConnection(): {
  readonly status: ConnectionStatus;
  readonly reconnectNow: () => void;
} {
  const { socket } = useLiveContext();
  return { status: useLiveView((view) => view.status), reconnectNow: socket.reconnectNow };
}

/** The server's clock once a second, in epoch milliseconds; null on the server and while hydrating. */
export function useServerNow(): number | null {
  const { store } = useLiveContext();
  const now = useNow();
  return now === null ? null : now + store.skewMs();
}

function useLiveView<T>(read: (view: LiveView) => T): T {
  const { store } = useLiveContext();
  return useSyncExternalStore(
    store.subscribe,
    () => read(store.getSnapshot()),
    () => read(store.getServerSnapshot()),
  );
}
