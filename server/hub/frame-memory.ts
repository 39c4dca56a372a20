/** The choices of a busy flush; what does not fit gets memory of its own. */
const MEMORY_BYTES = 4 << 20;

/**
 * Memory for frames that are written to sockets at once and then forgotten. Dozens of large buffers a
 * flush make the engine collect its whole heap every second, which costs more than the writes: so the
 * same memory serves again, once all that was in it has left this process.
 */
export interface FrameMemory {
  /** Not zeroed. */
  readonly take: (length: number) => Buffer;
  /** All that was taken has left, or somebody still has a piece of it, which then stays as it is. */
  release(hasLeft: boolean): void;
}

export function createFrameMemory(): FrameMemory {
  let memory: Buffer | null = null;
  let used = 0;
  return {
    take(length) {
      if (used + length > MEMORY_BYTES) return Buffer.allocUnsafe(length);
      memory ??= Buffer.allocUnsafeSlow(MEMORY_BYTES);
      const piece = memory.subarray(used, used + length);
      used += length;
      return piece;
    },
    release(hasLeft) {
      if (!hasLeft) memory = null;
      used = 0;
    },
  };
}
