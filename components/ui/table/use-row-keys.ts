'use client';

import { useState } from 'react';

import { useShortcuts } from '../use-shortcuts.ts';

type RowKeys = {
  /** The row the keyboard stands on; it holds the table's one tab stop. */
  activeIndex: number;
  onKeyDown: (event: React.KeyboardEvent) => void;
};

/** j, k and the arrows walk the rows, Enter opens one. */
export function useRowKeys<Row>(options: {
  scroller: HTMLElement | null;
  rows: readonly Row[];
  isPrimary: boolean;
  onOpen: ((row: Row) => void) | undefined;
}): RowKeys {
  const { scroller, rows, onOpen } = options;
  const [activeIndex, setActiveIndex] = useState(0);
  const canWalk = onOpen !== undefined && rows.length > 0;

  const step = (by: 1 | -1) => {
    const from = focusedIndex(scroller);
    const start = firstVisibleIndex(scroller);
    const next = from === null ? start : Math.min(rows.length - 1, Math.max(0, from + by));
    setActiveIndex(next);
    rowElement(scroller, next)?.focus();
  };
  const openFocused = () => {
    const index = focusedIndex(scroller);
    const row = index === null ? undefined : rows[index];
    if (row !== undefined) onOpen?.(row);
  };

  useShortcuts(
    options.isPrimary && canWalk ? { j: () => step(1), k: () => step(-1) } : NO_SHORTCUTS,
  );

  return {
    activeIndex,
    onKeyDown(event) {
      if (!canWalk || event.metaKey || event.ctrlKey || event.altKey) return;
      const isOnRow = event.target instanceof Element && event.target.matches('[data-index]');
      if (!isOnRow) return;
      const action = ROW_KEYS[event.key];
      if (action === undefined) return;
      event.preventDefault();
      if (action === 'open') openFocused();
      else step(action);
    },
  };
}

const NO_SHORTCUTS = {};
const ROW_KEYS: Record<string, 1 | -1 | 'open' | undefined> = {
  ArrowDown: 1,
  j: 1,
  ArrowUp: -1,
  k: -1,
  Enter: 'open',
};

function focusedIndex(scroller: HTMLElement | null): number | null {
  const row = document.activeElement?.closest<HTMLElement>('[data-index]') ?? null;
  if (row === null || scroller?.contains(row) !== true) return null;
  return Number(row.dataset['index']);
}

function rowElement(scroller: HTMLElement | null, index: number): HTMLElement | null {
  return scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;
}

function firstVisibleIndex(scroller: HTMLElement | null): number {
  if (scroller === null) return 0;
  const top = scroller.getBoundingClientRect().top;
  for (const row of scroller.querySelectorAll<HTMLElement>('[data-index]')) {
    if (row.getBoundingClientRect().bottom > top + HEADER_PX) return Number(row.dataset['index']);
  }
  return 0;
}

const HEADER_PX = 32;
