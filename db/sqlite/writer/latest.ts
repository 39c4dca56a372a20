/** The later of two instants, of which either may be missing. */
export function latest(known: number | null, next: number | undefined): number | null {
  if (next === undefined) return known;
  return known === null ? next : Math.max(known, next);
}
