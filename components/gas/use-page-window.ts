'use client';

import { useEffect, useState } from 'react';

import { visibleRange, type VisibleRange } from './prepare-gas-grid.ts';

/** Drawn above and below what is seen, so that a quick scroll shows no gap. */
const OVERSCAN_PX = 600;

/**
 * The part of a long grid to draw while the page around it scrolls.
 * @param heights the pixel height of each line
 */
export function usePageWindow(
  element: HTMLElement | null,
  heights: readonly number[],
): VisibleRange {
  const [view, setView] = useState({ top: 0, bottom: 1200 });
  // External system: the scroll position and size of the page's scroller.
  useEffect(() => {
    const scroller = element?.closest('main');
    if (element === null || scroller === null || scroller === undefined) return undefined;
    const look = () => {
      const offset = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top;
      // In steps, so that not every pixel is a render.
      const top = Math.floor((offset - OVERSCAN_PX) / STEP_PX) * STEP_PX;
      const bottom = Math.ceil((offset + scroller.clientHeight + OVERSCAN_PX) / STEP_PX) * STEP_PX;
      setView((before) =>
        before.top === top && before.bottom === bottom ? before : { top, bottom },
      );
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(scroller);
    sizes.observe(element);
    scroller.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      sizes.disconnect();
      scroller.removeEventListener('scroll', look);
    };
  }, [element]);
  return visibleRange(heights, view.top, view.bottom);
}

const STEP_PX = 100;
