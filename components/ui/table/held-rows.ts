export type HeldView<Row> = { shown: readonly Row[]; newCount: number };

/**
 * Keeps rows where they are while somebody reads: known rows keep their place and take their
 * newest values, rows that vanished stay as last seen, new rows wait and are counted.
 */
export function holdOrder<Row>(
  held: readonly Row[],
  current: readonly Row[],
  getRowId: (row: Row) => string,
): HeldView<Row> {
  const waiting = new Map(current.map((row) => [getRowId(row), row]));
  const shown = held.map((row) => {
    const id = getRowId(row);
    const newest = waiting.get(id);
    waiting.delete(id);
    return newest ?? row;
  });
  return { shown, newCount: waiting.size };
}
