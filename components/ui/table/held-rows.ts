export type HeldView<Row> = {
  shown: readonly Row[];
  newCount: number;
  /** Rows among `shown` that were not held: they came after the last one, as a next page does. */
  appendedCount: number;
};

/**
 * Keeps rows where they are while somebody reads: known rows keep their place and take their
 * newest values, rows that vanished stay as last seen, rows after the last one join at the end, and
 * new ones before it wait and are counted.
 */
export function holdOrder<Row>(
  held: readonly Row[],
  current: readonly Row[],
  getRowId: (row: Row) => string,
): HeldView<Row> {
  const heldIds = new Set(held.map(getRowId));
  const newest = new Map(current.map((row) => [getRowId(row), row]));
  const lastKnown = current.findLastIndex((row) => heldIds.has(getRowId(row)));
  const appended = lastKnown === -1 ? [] : current.slice(lastKnown + 1);
  const kept = held.map((row) => newest.get(getRowId(row)) ?? row);
  const knownCount = current.filter((row) => heldIds.has(getRowId(row))).length;
  return {
    shown: [...kept, ...appended],
    newCount: current.length - knownCount - appended.length,
    appendedCount: appended.length,
  };
}
