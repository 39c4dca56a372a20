'use client';

import { useEffect, useEffectEvent } from 'react';

const SEQUENCE_MS = 1200; // how long "g" waits for its letter

/** Keys as typed: "j", "?", "/", "g t" for a sequence, "mod+k" for ⌘K or Ctrl+K. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

/** Binds keys to the document. Plain keys stay off in inputs, menus and dialogs. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const run = useEffectEvent((chord: string, event: KeyboardEvent) => {
    const action = shortcuts[chord];
    if (action === undefined) return false;
    event.preventDefault();
    action(event);
    return true;
  });
  const startsSequence = useEffectEvent((key: string) =>
    Object.keys(shortcuts).some((chord) => chord.startsWith(`${key} `)),
  );

  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || event.altKey) return;
      if (event.metaKey || event.ctrlKey) {
        run(`mod+${event.key.toLowerCase()}`, event);
        return;
      }
      if (isBusyElsewhere(event.target)) return;
      const before = first;
      first = null;
      if (before !== null && event.timeStamp - before.at < SEQUENCE_MS) {
        if (run(`${before.key} ${event.key}`, event)) return;
      }
      if (startsSequence(event.key)) first = { key: event.key, at: event.timeStamp };
      else run(event.key, event);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

const TYPING = 'input, textarea, select, [contenteditable="true"], [role="combobox"]';
const OVERLAY = '[role="dialog"], [role="menu"], [role="listbox"]';

function isBusyElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`${TYPING}, ${OVERLAY}`) !== null;
}
