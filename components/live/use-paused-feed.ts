'use client';

import { useState } from 'react';

import { countNewer, holdOrder } from './held-list.ts';

/** Spread on the element whose content must not move under the pointer or the focus. */
export interface HoldProps {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
}

export interface PausedFeed<T> {
  /** Oldest first; stays as it was while paused or held. */
  readonly items: readonly T[];
  /** Paused by choice; a list held by the pointer alone goes on when the pointer leaves. */
  readonly isPaused: boolean;
  /** Live items that are not on screen. */
  readonly newCount: number;
  /** Show "N+ new": more came than the live list keeps. */
  readonly isNewCountAtLeast: boolean;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly holdProps: HoldProps;
}

interface Hold<T> {
  readonly items: readonly T[];
  readonly isByChoice: boolean;
}

/**
 * A live list that can be paused, and that stands still while the pointer is on it.
 * @param live oldest first, with growing positions such as `seq`
 */
export function usePausedFeed<T>(
  live: readonly T[],
  positionOf: (item: T) => number,
): PausedFeed<T> {
  const [hold, setHold] = useState<Hold<T> | null>(null);
  const items = hold?.items ?? live;
  const newer = countNewer(live, items, positionOf);
  return {
    items,
    isPaused: hold?.isByChoice ?? false,
    newCount: hold === null ? 0 : newer.count,
    isNewCountAtLeast: hold !== null && newer.isAtLeast,
    pause: () => setHold({ items, isByChoice: true }),
    resume: () => setHold(null),
    holdProps: {
      onPointerEnter: () => setHold((before) => before ?? { items: live, isByChoice: false }),
      onPointerLeave: () => setHold((before) => (before?.isByChoice === true ? before : null)),
    },
  };
}

/** A sorted live list whose values go on changing while its order stands still under the pointer. */
export function useHeldOrder<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
): { readonly items: readonly T[]; readonly isHeld: boolean; readonly holdProps: HoldProps } {
  const [order, setOrder] = useState<readonly string[] | null>(null);
  return {
    items: order === null ? sorted : holdOrder(sorted, order, keyOf),
    isHeld: order !== null,
    holdProps: {
      onPointerEnter: () => setOrder((before) => before ?? sorted.map(keyOf)),
      onPointerLeave: () => setOrder(null),
    },
  };
}
