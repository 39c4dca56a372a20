/**
 * The path of one named thing. A URL folds dot segments, so a name made of them would address
 * another route.
 * @returns null when no path can hold the name
 */
export function namePath(collection: string, name: string, action: string): string | null {
  if (name === '' || name === '.' || name === '..') return null;
  return `${collection}/${encodeURIComponent(name)}/${action}`;
}
