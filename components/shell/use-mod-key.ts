'use client';

import { useSyncExternalStore } from 'react';

/** What this keyboard prints on its command key: "⌘" on Apple machines, "Ctrl" elsewhere. */
export function useModKey(): string {
  return useSyncExternalStore(subscribeNever, readModKey, () => 'Ctrl');
}

function subscribeNever(): () => void {
  return () => undefined;
}

function readModKey(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
}
