/** Pure rules of lists that must not move while someone reads them. */

export interface NewerCount {
  readonly count: number;
  /** The live list is bounded and what followed the shown items has left it: there are more. */
  readonly isAtLeast: boolean;
}

/**
 * How many live items came after the ones on screen.
 * @param live, shown oldest first, with growing positions
 */
export function countNewer<T>(
  live: readonly T[],
  shown: readonly T[],
  positionOf: (item: T) => number,
): NewerCount {
  const last = shown.at(-1);
  const lastPosition = last === undefined ? Number.NEGATIVE_INFINITY : positionOf(last);
  const count = live.filter((item) => positionOf(item) > lastPosition).length;
  return { count, isAtLeast: count > 0 && count === live.length && shown.length > 0 };
}

/**
 * The items of now in the order they had: gone ones leave, new ones join at the end.
 * @param order the keys as they stood when the order was held
 */
export function holdOrder<T>(
  items: readonly T[],
  order: readonly string[],
  keyOf: (item: T) => string,
): readonly T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  const known = new Set(order);
  const kept = order.flatMap((key) => byKey.get(key) ?? []);
  return [...kept, ...items.filter((item) => !known.has(keyOf(item)))];
}
