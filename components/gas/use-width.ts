'use client';

import { useEffect, useState } from 'react';

/** An element's width in pixels as it changes; null until it is measured. */
export function useWidth(element: HTMLElement | null): number | null {
  const [width, setWidth] = useState<number | null>(null);
  // External system: the browser's layout.
  useEffect(() => {
    if (element === null) return undefined;
    const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [element]);
  return width;
}
