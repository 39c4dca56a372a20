'use client';

import { useEffect, useState } from 'react';

/** The value once it has stood still for `delayMs`: for questions to a server while someone types. */
export function useSettled<T>(value: T, delayMs = 150): T {
  const [settled, setSettled] = useState(value);
  // External system: the clock.
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
