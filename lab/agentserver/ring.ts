/** The newest `capacity` items; an older one makes room for each that comes. */
export interface Ring<T> {
  push(item: T): void;
  /** Items in it now, at most the capacity. */
  size(): number;
  /** Newest first. */
  newest(): Generator<T>;
  clear(): void;
}

export function createRing<T>(capacity: number): Ring<T> {
  let items: T[] = [];
  let next = 0;
  return {
    push(item) {
      items[next] = item;
      next = (next + 1) % capacity;
    },
    size: () => items.length,
    *newest() {
      const { length } = items;
      for (let back = 1; back <= length; back += 1) {
        const item = items[(next - back + length) % length];
        if (item !== undefined) yield item;
      }
    },
    clear() {
      items = [];
      next = 0;
    },
  };
}
