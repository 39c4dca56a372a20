/** An answer that is passed on while it comes, at the pace of whoever reads it. */
export interface Forwarding {
  readonly bytes: ReadableStream<Uint8Array>;
  /** Resolves when there is room for more; what nobody reads any more is let go. */
  pass(bytes: Uint8Array): Promise<void>;
  /** @param isWhole false: the reader learns that the rest is missing */
  end(isWhole: boolean): void;
}

/** @param onLeave called when whoever reads has gone before the end */
export function createForwarding(onLeave: () => void): Forwarding {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  let isOver = false;

  function leave(): void {
    if (isOver) return;
    isOver = true;
    onLeave();
  }
  writer.closed.catch(leave);

  return {
    bytes: readable,
    async pass(bytes) {
      if (isOver) return;
      await writer.write(bytes).catch(leave);
    },
    end(isWhole) {
      if (isOver) return;
      isOver = true;
      const ended = isWhole ? writer.close() : writer.abort(new Error('the answer broke off'));
      // Whoever reads may have gone meanwhile.
      ended.catch(() => undefined);
    },
  };
}
