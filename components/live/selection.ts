/**
 * Reads one part of a snapshot and returns the same value as long as the part is equal: what
 * `useSyncExternalStore` needs of a selector that builds arrays or objects.
 */
export function createSelection<S, T>(
  selector: (snapshot: S) => T,
  isEqual: (a: T, b: T) => boolean,
): (snapshot: S) => T {
  let last: { readonly snapshot: S; readonly value: T } | null = null;
  return (snapshot) => {
    if (last !== null && Object.is(last.snapshot, snapshot)) return last.value;
    const next = selector(snapshot);
    const value = last !== null && isEqual(last.value, next) ? last.value : next;
    last = { snapshot, value };
    return value;
  };
}

/** The same value, or arrays or plain objects whose entries are the same values. */
export function isShallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
  }
  if (!isPlainObject(a) || !isPlainObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && Object.is(a[name], b[name]))
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
