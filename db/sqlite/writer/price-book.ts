import type { AppliedPrice } from '#organism/event.ts';

import type { Connection } from '../connection.ts';

/** Prices are few; a source that made up one per call would only make the cache start over. */
const MAX_CACHED_PRICES = 5000;

/** Keeps each distinct applied price once and for ever. */
export interface PriceBook {
  idOf(price: AppliedPrice): number;
  reset(): void;
}

export function createPriceBook(db: Connection): PriceBook {
  const find = db.prepare<[string], { id: number }>('SELECT id FROM prices WHERE identity = ?');
  const add = db.prepare(
    `INSERT INTO prices (identity, source, version, provider, model,
       input_fresh, cache_read, cache_write, output_visible, reasoning, cache_write_1h)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const known = new Map<string, number>();
  /** The events of a delivery share their price object, also after they crossed to this thread. */
  let seen = new WeakMap<AppliedPrice, number>();

  function valuesOf(price: AppliedPrice) {
    const { source, version, provider, model, unitNanos, cacheWrite1hNanos = null } = price;
    const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = unitNanos;
    const units = [inputFresh, cacheRead, cacheWrite, outputVisible, reasoning];
    return [source, version, provider, model, ...units, cacheWrite1hNanos];
  }

  function lookUp(price: AppliedPrice): number {
    const values = valuesOf(price);
    const identity = JSON.stringify(values);
    const cached = known.get(identity);
    if (cached !== undefined) return cached;
    const id = find.get(identity)?.id ?? Number(add.run([identity, ...values]).lastInsertRowid);
    if (known.size >= MAX_CACHED_PRICES) known.clear();
    known.set(identity, id);
    return id;
  }

  return {
    idOf(price) {
      let id = seen.get(price);
      if (id === undefined) {
        id = lookUp(price);
        seen.set(price, id);
      }
      return id;
    },
    reset() {
      known.clear();
      seen = new WeakMap();
    },
  };
}
