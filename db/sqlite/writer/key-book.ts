import type { PreparedEvent } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { hashKey, readKeySeed } from '../key-hash.ts';

/** Hashes looked up by one statement: SQLite sorts them, and so reads its index in order. */
const LOOKUP_HASHES = 128;

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
  add(hash: number, added: Added): void;
  /** After a commit or a rollback: what was looked up may no longer hold. */
  clear(): void;
}

/** @param hashOf other than the store's own in tests of what happens when hashes meet */
export function createKeyBook(db: Connection, hashOf: typeof hashKey = hashKey): KeyBook {
  const seed = readKeySeed((sql) => db.prepare<[], { seed: number }>(sql).get()?.seed);
  const marks = Array.from({ length: LOOKUP_HASHES }, () => '?').join(', ');
  const findHashes = db
    .prepare<[readonly number[]], [number, number]>(
      `SELECT key_hash, seq FROM journal WHERE key_hash IN (${marks}) ORDER BY seq`,
    )
    .raw();
  const readKey = db.prepare<[number], { sourceId: number; key: string }>(
    'SELECT source_id AS sourceId, key FROM journal WHERE seq = ?',
  );
  const stored = new Map<number, Set<number>>();
  const added = new Map<number, Added[]>();

  function lookUpChunk(hashes: readonly number[]): void {
    const [first = 0] = hashes;
    const padding = Array.from({ length: LOOKUP_HASHES - hashes.length }, () => first);
    for (const [hash, seq] of findHashes.all([...hashes, ...padding])) {
      const seqs = stored.get(hash);
      if (seqs === undefined) stored.set(hash, new Set([seq]));
      else seqs.add(seq);
    }
  }

  return {
    lookUp(sourceId, keys) {
      const hashes = keys.map((key) => hashOf(seed, sourceId, key));
      for (let from = 0; from < hashes.length; from += LOOKUP_HASHES) {
        lookUpChunk(hashes.slice(from, from + LOOKUP_HASHES));
      }
      return hashes;
    },
    find(sourceId, key, hash) {
      const isIt = (row: { sourceId: number; key: string }) =>
        row.sourceId === sourceId && row.key === key;
      const now = added.get(hash)?.find(isIt);
      if (now !== undefined) return now;
      for (const seq of stored.get(hash) ?? []) {
        const row = readKey.get(seq);
        if (row !== undefined && isIt(row)) return { seq, event: null };
      }
      return null;
    },
    add(hash, row) {
      const rows = added.get(hash);
      if (rows === undefined) added.set(hash, [row]);
      else rows.push(row);
    },
    clear() {
      stored.clear();
      added.clear();
    },
  };
}
