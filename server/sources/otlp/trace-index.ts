import type { Shelf, ShelfItem } from '../shelf.ts';
import type { OtlpSpan } from './wire.ts';

/** Finds what lies on a shelf by its trace. */
export interface TraceIndex<T> {
  add(items: readonly ShelfItem<T>[]): void;
  /** What lies there of the traces of these spans. */
  beside(spans: readonly OtlpSpan[]): ShelfItem<T>[];
}

export function createTraceIndex<T>(
  shelf: Pick<Shelf<T>, 'get'>,
  spanOf: (value: T) => OtlpSpan,
): TraceIndex<T> {
  const byTrace = new Map<string, Set<string>>();

  return {
    add(items) {
      for (const { id, value } of items) {
        const { traceId } = spanOf(value);
        byTrace.set(traceId, (byTrace.get(traceId) ?? new Set()).add(id));
      }
    },
    beside(spans) {
      const items: ShelfItem<T>[] = [];
      for (const traceId of new Set(spans.map((span) => span.traceId))) {
        const ids = byTrace.get(traceId);
        if (ids === undefined) continue;
        for (const id of ids) {
          const item = shelf.get(id);
          if (item === undefined) ids.delete(id);
          else items.push(item);
        }
        if (ids.size === 0) byTrace.delete(traceId);
      }
      return items;
    },
  };
}
