/** Texts of events in memory at once, of all senders together: beyond it they are told to wait. */
const MAX_HELD_BYTES = 64 << 20;

/** A bound on what is held in memory at once, shared by all who hold. */
export interface ByteBudget {
  /** @returns false when there is no room; a single holder always fits */
  take(bytes: number): boolean;
  give(bytes: number): void;
  readonly heldBytes: number;
}

export function createByteBudget(maxBytes = MAX_HELD_BYTES): ByteBudget {
  let heldBytes = 0;
  return {
    take(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) return false;
      heldBytes += bytes;
      return true;
    },
    give(bytes) {
      heldBytes -= bytes;
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}
