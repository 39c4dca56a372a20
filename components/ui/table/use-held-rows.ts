'use client';

import { useState } from 'react';

import { holdOrder, type HeldView } from './held-rows.ts';

type HeldRows<Row> = HeldView<Row> & { hold: () => void; release: () => void };

/** Holds the order of live rows between `hold` and `release`; a new view lets go by itself. */
export function useHeldRows<Row>(
  rows: readonly Row[],
  getRowId: (row: Row) => string,
  viewKey: string,
): HeldRows<Row> {
  const [held, setHeld] = useState<{ viewKey: string; rows: readonly Row[] } | null>(null);
  const isHeld = held !== null && held.viewKey === viewKey;
  const view = isHeld
    ? holdOrder(held.rows, rows, getRowId)
    : { shown: rows, newCount: 0, appendedCount: 0 };
  // What joined at the end is being read too: from now on it keeps its place.
  if (isHeld && view.appendedCount > 0) setHeld({ viewKey, rows: view.shown });
  return {
    ...view,
    // From row to row the focus leaves and enters before anything is drawn: what was let go is held.
    hold: () => setHeld((now) => (now?.viewKey === viewKey ? now : { viewKey, rows: view.shown })),
    release: () => setHeld(null),
  };
}
