import type { Connection } from '../connection.ts';
import type { KeyPlace, RecentKeys } from './recent-keys.ts';
import { createRecentKeys } from './recent-keys.ts';
import { createRowInserter } from './row-inserter.ts';

/**
 * Hashes looked up by one statement: SQLite sorts them, and so reads its index in order. The smaller
 * one is for what is left over, as each place costs something, filled or not.
 */
const LOOKUP_HASHES = 128;
const FEW_HASHES = 16;
const MAX_LEFT_OVER = 64;
/**
 * Keys of one table in memory, of which there are two: eight megabytes. Twice as many would halve
 * the pages written, but take another 300 ms to read at the start.
 */
const RECENT_KEYS = 2 ** 17;
/** The oldest table is written out faster than the newest fills. */
const MERGE_LEAD = 1.5;

/**
 * Where the keys with a hash are. Hashes come in no order: in a large B-tree each would dirty a page
 * of its own, four kilobytes for one key, and storing into ten million events would take three times
 * as long. So the newest keys stay in memory, and are written to the tree a stretch of hashes at a
 * time, many to a page. The journal itself has them all: after a crash they are read from there.
 */
export interface KeyIndex {
  /** Positions of committed keys by hash; a hash without any is left out. */
  find(hashes: readonly number[]): Map<number, number[]>;
  /** Part of the transaction that stores this many keys: writes out as many of the older ones. */
  flush(added: number): void;
  /** After the commit: these keys are stored, and what was written out is in the tree. */
  commit(added: readonly KeyPlace[]): void;
  /** After a rollback. */
  reset(): void;
}

/** @param recentKeys fewer than usual in tests */
export function createKeyIndex(db: Connection, recentKeys = RECENT_KEYS): KeyIndex {
  const prepareLookup = (size: number) =>
    db
      .prepare<[readonly number[]], [number, number]>(
        `SELECT hash, seq FROM journal_keys
         WHERE hash IN (${Array.from({ length: size }, () => '?').join(', ')})`,
      )
      .raw();
  const findMany = prepareLookup(LOOKUP_HASHES);
  const findFew = prepareLookup(FEW_HASHES);
  const rows = createRowInserter(db, 'journal_keys', ['hash', 'seq'], 'INSERT OR IGNORE');
  const savePlace = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('keys_seq', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  /** Oldest first; the last is being filled, the first of several is being written out. */
  const tables: RecentKeys[] = [createRecentKeys(recentKeys)];
  let writtenSlots = 0;
  let committedSlots = 0;

  function add(place: KeyPlace): void {
    let newest = tables.at(-1);
    if (newest === undefined || newest.isFull) {
      newest = createRecentKeys(recentKeys);
      tables.push(newest);
    }
    newest.add(place);
  }

  function load(): void {
    const stored = db
      .prepare<[], KeyPlace>(
        `SELECT key_hash AS hash, seq FROM journal WHERE seq > coalesce(
           (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'keys_seq'), 0) ORDER BY seq`,
      )
      .iterate();
    for (const place of stored) add(place);
  }

  function writeOut(oldest: RecentKeys, slots: number): void {
    const end = Math.min(oldest.slots, writtenSlots + slots);
    for (const { hash, seq } of oldest.read(writtenSlots, end)) rows.add([hash, seq]);
    rows.flush();
    writtenSlots = end;
    if (writtenSlots === oldest.slots) savePlace.run(String(oldest.lastSeq));
  }

  load();
  return {
    find(hashes) {
      const found = new Map<number, number[]>();
      for (const table of tables) {
        for (const hash of hashes) merge(found, hash, table.find(hash));
      }
      let size = LOOKUP_HASHES;
      for (let from = 0; from < hashes.length; from += size) {
        if (hashes.length - from <= MAX_LEFT_OVER) size = FEW_HASHES;
        const chunk = hashes.slice(from, from + size);
        const [first = 0] = chunk;
        while (chunk.length < size) chunk.push(first);
        const statement = size === FEW_HASHES ? findFew : findMany;
        for (const [hash, seq] of statement.all(chunk)) merge(found, hash, [seq]);
      }
      return found;
    },
    flush(added) {
      const [oldest] = tables;
      if (oldest === undefined || tables.length < 2) return;
      const share = (added / recentKeys) * MERGE_LEAD * (tables.length - 1);
      writeOut(oldest, Math.ceil(share * oldest.slots));
    },
    commit(added) {
      for (const place of added) add(place);
      if (writtenSlots === tables[0]?.slots) {
        tables.shift();
        writtenSlots = 0;
      }
      committedSlots = writtenSlots;
    },
    reset() {
      rows.reset();
      writtenSlots = committedSlots;
    },
  };
}

function merge(found: Map<number, number[]>, hash: number, seqs: readonly number[]): void {
  if (seqs.length === 0) return;
  const known = found.get(hash);
  if (known === undefined) found.set(hash, [...seqs]);
  else known.push(...seqs);
}
