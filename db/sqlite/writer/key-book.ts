import type { PreparedEvent } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { hashKey, readKeySeed } from '../key-hash.ts';
import { createKeyIndex } from './key-index.ts';
import type { KeyPlace } from './recent-keys.ts';

/** An event whose key is taken. `event` is there while its row is of the transaction under way. */
export interface Taken {
  readonly seq: number;
  readonly event: PreparedEvent | null;
}

interface Added {
  readonly seq: number;
  readonly sourceId: number;
  readonly key: string;
  readonly event: PreparedEvent;
}

/**
 * Says which keys a source has used before, for ever. The index holds hashes alone; a hit is only a
 * hint, and the keys themselves decide.
 */
export interface KeyBook {
  /** Looks all keys of a batch up at once; the answer has their hashes in the same order. */
  lookUp(sourceId: number, keys: readonly string[]): number[];
  find(sourceId: number, key: string, hash: number): Taken | null;
  /** The same for one key, whenever it is asked. */
  findOne(sourceId: number, key: string): { readonly hash: number; readonly taken: Taken | null };
  add(hash: number, added: Added): void;
  /** The last step before COMMIT. */
  flush(): void;
  /** After the commit. */
  commit(): void;
  /** After a rollback. */
  reset(): void;
}

/** @param options other than the store's own in tests of what happens when hashes meet and tables fill */
export function createKeyBook(
  db: Connection,
  options: { hashOf?: typeof hashKey; recentKeys?: number } = {},
): KeyBook {
  const { hashOf = hashKey, recentKeys } = options;
  const seed = readKeySeed((sql) => db.prepare<[], { seed: number }>(sql).get()?.seed);
  const index = createKeyIndex(db, recentKeys);
  const readKey = db.prepare<[number], { sourceId: number; key: string }>(
    'SELECT source_id AS sourceId, key FROM journal WHERE seq = ?',
  );
  /** Of the transaction under way. */
  const added = new Map<number, Added[]>();
  let places: KeyPlace[] = [];
  let stored: ReadonlyMap<number, readonly number[]> = new Map();

  function findAmong(
    seqs: readonly number[],
    { sourceId, key, hash }: { sourceId: number; key: string; hash: number },
  ): Taken | null {
    const isIt = (row: { sourceId: number; key: string }) =>
      row.sourceId === sourceId && row.key === key;
    const now = added.get(hash)?.find(isIt);
    if (now !== undefined) return now;
    for (const seq of seqs) {
      const row = readKey.get(seq);
      if (row !== undefined && isIt(row)) return { seq, event: null };
    }
    return null;
  }

  return {
    lookUp(sourceId, keys) {
      const hashes = keys.map((key) => hashOf(seed, sourceId, key));
      stored = index.find(hashes);
      return hashes;
    },
    find: (sourceId, key, hash) => findAmong(stored.get(hash) ?? [], { sourceId, key, hash }),
    findOne(sourceId, key) {
      const hash = hashOf(seed, sourceId, key);
      const seqs = index.find([hash]).get(hash) ?? [];
      return { hash, taken: findAmong(seqs, { sourceId, key, hash }) };
    },
    add(hash, row) {
      places.push({ hash, seq: row.seq });
      const rows = added.get(hash);
      if (rows === undefined) added.set(hash, [row]);
      else rows.push(row);
    },
    flush: () => index.flush(places.length),
    commit() {
      index.commit(places);
      places = [];
      added.clear();
    },
    reset() {
      index.reset();
      places = [];
      added.clear();
    },
  };
}
