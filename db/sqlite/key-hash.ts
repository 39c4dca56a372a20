import { StoreError } from '#db/store.ts';

/**
 * Where a key stands in the journal's index: 48 bits over source and key, which SQLite keeps in six
 * bytes where the key itself takes forty. Two keys may share a hash: whoever finds one compares the
 * keys. The seed is each store's own, so that nobody outside can aim many keys at one hash.
 */
export function hashKey(seed: number, sourceId: number, key: string): number {
  let low = seed ^ 0xdeadbeef;
  let high = Math.imul(sourceId, 0x9e3779b1) ^ seed ^ 0x41c6ce57;
  for (let i = 0; i < key.length; i += 1) {
    const unit = key.charCodeAt(i);
    low = Math.imul(low ^ unit, 2_654_435_761);
    high = Math.imul(high ^ unit, 1_597_334_677);
  }
  low =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  high =
    Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  return (high & 0xffff) * 0x1_0000_0000 + (low >>> 0);
}

/** Made by the migration that brought the index; random, and never changed. */
export function readKeySeed(get: (sql: string) => number | undefined): number {
  const seed = get("SELECT CAST(value AS INTEGER) AS seed FROM meta WHERE key = 'key_seed'");
  if (seed === undefined) throw new StoreError('corrupt', 'The store has lost its key seed');
  return seed;
}
