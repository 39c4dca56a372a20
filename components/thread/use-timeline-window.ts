'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent } from 'react';

const ROW_HEIGHT_PX = 32; // a first guess; real rows are measured
const OVERSCAN_ROWS = 12;
/** Nearer to the end than this counts as being there. */
export const AT_END_PX = 48;

export type TimelineWindow = {
  readonly indexes: readonly number[];
  /** Heights in pixels that stand for the rows not drawn. */
  readonly before: number;
  readonly after: number;
  readonly measure: (element: Element | null) => void;
  readonly scrollToEnd: () => void;
};

/**
 * The rows of a timeline to draw. Rows that join above leave what is read in its place; rows that
 * join at the end are followed only by a reader who is there.
 */
export function useTimelineWindow(options: {
  keys: readonly string[];
  scroller: HTMLElement | null;
  /** Where reading begins; the place is taken once. */
  start: 'start' | 'end';
  /** A reader at the end stays there as rows join: only where the end is the present. */
  isFollowing: boolean;
  /** A row to bring into view whenever `key` becomes another one. */
  show: { key: string; index: number } | null;
}): TimelineWindow {
  'use no memo'; // the virtualizer changes in place, which memoised reads would not see
  const { keys, scroller, show } = options;
  // oxlint-disable-next-line react/incompatible-library -- only plain values leave this hook
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => keys[index] ?? index,
    overscan: OVERSCAN_ROWS,
    anchorTo: 'end',
    followOnAppend: options.isFollowing,
    scrollEndThreshold: AT_END_PX,
  });
  const goToStart = useEffectEvent(() => {
    if (show === null && options.start === 'end') virtualizer.scrollToEnd();
  });
  const bringIntoView = useEffectEvent(() => {
    if (show !== null) virtualizer.scrollToIndex(show.index, { align: 'auto' });
  });
  const isReady = scroller !== null && keys.length > 0;
  const showKey = show?.key ?? null;
  // External system: the scroll position, which the browser keeps.
  useEffect(() => {
    if (isReady) goToStart();
  }, [isReady]);
  useEffect(() => {
    if (isReady) bringIntoView();
  }, [isReady, showKey]);
  const items = virtualizer.getVirtualItems();
  return {
    indexes: items.map((item) => item.index),
    before: items[0]?.start ?? 0,
    after: virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0),
    measure: virtualizer.measureElement,
    scrollToEnd: () => virtualizer.scrollToEnd(),
  };
}
