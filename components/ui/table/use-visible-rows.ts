'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent } from 'react';

import { VIRTUAL_ABOVE_ROWS } from './virtual-limit.ts';

const OVERSCAN_ROWS = 12;

export type VisibleRows = {
  indexes: readonly number[];
  /** Heights in pixels that stand for the rows not drawn. */
  before: number;
  after: number;
  measure: ((element: Element | null) => void) | undefined;
};

/** Which rows to draw: all of a short list, a window of a long one. */
export function useVisibleRows(options: {
  count: number;
  rowHeight: number;
  scroller: HTMLElement | null;
  /** A row to bring into view whenever `key` becomes another one. */
  show?: { key: string; index: number } | null | undefined;
}): VisibleRows {
  'use no memo'; // the virtualizer changes in place, which memoised reads would not see
  const isVirtual = options.count > VIRTUAL_ABOVE_ROWS;
  // oxlint-disable-next-line react/incompatible-library -- only plain values leave this hook
  const virtualizer = useVirtualizer({
    count: options.count,
    enabled: isVirtual,
    getScrollElement: () => options.scroller,
    estimateSize: () => options.rowHeight,
    overscan: OVERSCAN_ROWS,
  });
  const bringIntoView = useEffectEvent(() => {
    const { show, scroller } = options;
    if (show === null || show === undefined || scroller === null) return;
    if (isVirtual) virtualizer.scrollToIndex(show.index, { align: 'auto' });
    else rowElement(scroller, show.index)?.scrollIntoView({ block: 'nearest' });
  });
  const showKey = options.show?.key ?? null;
  // External system: the scroll position, which the browser keeps.
  useEffect(() => bringIntoView(), [showKey, options.scroller]);
  if (!isVirtual) {
    const indexes = Array.from({ length: options.count }, (_, index) => index);
    return { indexes, before: 0, after: 0, measure: undefined };
  }
  const items = virtualizer.getVirtualItems();
  return {
    indexes: items.map((item) => item.index),
    before: items[0]?.start ?? 0,
    after: virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0),
    measure: virtualizer.measureElement,
  };
}

function rowElement(scroller: HTMLElement, index: number): Element | null {
  return scroller.querySelector(`[data-index="${index}"]`);
}
