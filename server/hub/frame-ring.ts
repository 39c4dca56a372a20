/** One batch as it went out: `from` exclusive, `to` inclusive. */
export interface BatchFrame {
  readonly from: number;
  readonly to: number;
  /** The whole WebSocket frame, as it left the first time. */
  readonly wire: Buffer;
  /** Its JSON without the time it left, in the same memory. */
  readonly body: Buffer;
}

/**
 * The newest batches of one organism, bounded by count and by bytes, so that a client that was away
 * for a moment catches up without the store.
 */
export class FrameRing {
  readonly #maxFrames: number;
  readonly #maxBytes: number;
  #frames: BatchFrame[] = [];
  #bytes = 0;

  constructor(bounds: { maxFrames: number; maxBytes: number }) {
    this.#maxFrames = bounds.maxFrames;
    this.#maxBytes = bounds.maxBytes;
  }

  push(frame: BatchFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.body.length;
    while (this.#frames.length > this.#maxFrames || this.#bytes > this.#maxBytes) {
      this.#bytes -= this.#frames.shift()?.body.length ?? 0;
    }
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** Every batch after a position, or null when the position is not a boundary we still hold. */
  after(position: number): readonly BatchFrame[] | null {
    const start = this.#frames.findLastIndex((frame) => frame.from === position);
    return start === -1 ? null : this.#frames.slice(start);
  }
}
