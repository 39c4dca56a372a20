'use client';

import { useState } from 'react';

import type { TreeRow } from './prepare-tree.ts';

type TreeKeys = {
  /** The row with the tree's one tab stop. */
  activeIndex: number;
  setActiveIndex: (index: number) => void;
  onKeyDown: (event: React.KeyboardEvent<HTMLElement>) => void;
};

/** Arrows walk, open and close; Enter and Space press, as the tree pattern has it. */
export function useTreeKeys(tree: {
  rows: readonly TreeRow[];
  scroller: HTMLElement | null;
  toggle: (id: string) => void;
}): TreeKeys {
  const { rows, scroller } = tree;
  const [activeIndex, setActiveIndex] = useState(0);

  const goTo = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index));
    setActiveIndex(next);
    scroller?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };
  const parentIndex = (index: number) => {
    const depth = rows[index]?.depth ?? 0;
    return rows.findLastIndex((row, at) => at < index && row.depth < depth);
  };
  const open = (index: number) => {
    const row = rows[index];
    if (row?.kind !== 'node' || !row.canOpen) return;
    if (row.isOpen) goTo(index + 1);
    else tree.toggle(row.id);
  };
  const close = (index: number) => {
    const row = rows[index];
    if (row?.kind === 'node' && row.isOpen) tree.toggle(row.id);
    else if (parentIndex(index) >= 0) goTo(parentIndex(index));
  };

  const actions: Record<string, ((index: number, element: HTMLElement) => void) | undefined> = {
    ArrowDown: (index) => goTo(index + 1),
    ArrowUp: (index) => goTo(index - 1),
    ArrowRight: (index) => open(index),
    ArrowLeft: (index) => close(index),
    Enter: (_, element) => element.click(),
    ' ': (_, element) => element.click(),
  };

  return {
    activeIndex,
    setActiveIndex,
    onKeyDown(event) {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      const element =
        event.target instanceof Element
          ? event.target.closest<HTMLElement>('[role="treeitem"]')
          : null;
      const action = actions[event.key];
      if (element === null || action === undefined) return;
      event.preventDefault();
      action(Number(element.dataset['index']), element);
    },
  };
}
