export type HeldView<Row> = { shown: readonly Row[]; newCount: number };

/**
 * Keeps rows where they are while somebody reads: known rows keep their place and take their
 * newest values, rows that vanished stay as last seen, and new rows wait and are counted. Rows
 * that continue the list after its last one are shown at once: at the end they move nothing.
 */
export function holdOrder<Row>(
  held: readonly Row[],
  current: readonly Row[],
  getRowId: (row: Row) => string,
): HeldView<Row> {
  const newest = new Map(current.map((row) => [getRowId(row), row]));
  const known = new Set(held.map(getRowId));
  const lastKnown = current.findLastIndex((row) => known.has(getRowId(row)));
  const last = held.at(-1);
  const isContinued =
    lastKnown !== -1 &&
    last !== undefined &&
    getRowId(current[lastKnown] ?? last) === getRowId(last);
  const following = isContinued ? current.slice(lastKnown + 1) : [];
  const kept = held.map((row) => newest.get(getRowId(row)) ?? row);
  const unknownCount = current.filter((row) => !known.has(getRowId(row))).length;
  return {
    shown: following.length === 0 ? kept : [...kept, ...following],
    newCount: unknownCount - following.length,
  };
}
