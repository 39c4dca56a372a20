/** One entry of the key index. */
export interface KeyPlace {
  readonly hash: number;
  readonly seq: number;
}

/**
 * The newest keys in memory, where a key of any hash is as near as another. Slots are in the order
 * of hashes, or nearly, so that what is read out slot by slot goes into a B-tree page by page.
 */
export interface RecentKeys {
  readonly slots: number;
  /** Whether the next key must go into another table. */
  readonly isFull: boolean;
  /** The newest position in it. */
  readonly lastSeq: number;
  /** Positions grow. */
  add(place: KeyPlace): void;
  /** Positions of keys with this hash. */
  find(hash: number): readonly number[];
  /** The entries of some slots. */
  read(fromSlot: number, toSlot: number): KeyPlace[];
}

const HASHES = 2 ** 48;
const NONE: readonly number[] = [];

/** @param capacity keys it takes; half of its slots stay empty, so that a search ends soon */
export function createRecentKeys(capacity: number): RecentKeys {
  const slots = capacity * 2;
  const hashes = new Float64Array(slots);
  /** 0 where a slot is empty: positions begin at 1. */
  const seqs = new Float64Array(slots);
  let size = 0;
  let lastSeq = 0;
  const slotOf = (hash: number) => Math.floor((hash / HASHES) * slots);
  const after = (slot: number) => (slot + 1 === slots ? 0 : slot + 1);

  return {
    slots,
    get isFull() {
      return size >= capacity;
    },
    get lastSeq() {
      return lastSeq;
    },
    add({ hash, seq }) {
      let slot = slotOf(hash);
      while (seqs[slot] !== 0) slot = after(slot);
      hashes[slot] = hash;
      seqs[slot] = seq;
      size += 1;
      lastSeq = seq;
    },
    find(hash) {
      let found: number[] | null = null;
      for (let slot = slotOf(hash); seqs[slot] !== 0; slot = after(slot)) {
        if (hashes[slot] === hash) (found ??= []).push(seqs[slot] ?? 0);
      }
      return found ?? NONE;
    },
    read(fromSlot, toSlot) {
      const places: KeyPlace[] = [];
      for (let slot = fromSlot; slot < toSlot; slot += 1) {
        const seq = seqs[slot] ?? 0;
        if (seq !== 0) places.push({ hash: hashes[slot] ?? 0, seq });
      }
      return places;
    },
  };
}
