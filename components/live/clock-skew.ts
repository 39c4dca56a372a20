/** Frames looked back on: about a minute of heartbeats, so that a stepped clock is soon believed. */
const MAX_SAMPLES = 30;

/**
 * How far the server's clock is from ours, from frames that carry the time they left. The frame that
 * travelled fastest tells best; what later frames take longer than it is their lag.
 */
export interface ClockSkew {
  /** @returns lag of this frame in milliseconds, 0 or more */
  observe(sentAt: number, receivedAt: number): number;
  /** Milliseconds to add to our clock to get the server's; 0 before the first frame. */
  offsetMs(): number;
}

export function createClockSkew(): ClockSkew {
  let delays: number[] = [];
  const shortest = () => (delays.length === 0 ? 0 : Math.min(...delays));
  return {
    observe(sentAt, receivedAt) {
      const delayMs = receivedAt - sentAt;
      delays = [...delays, delayMs].slice(-MAX_SAMPLES);
      return delayMs - shortest();
    },
    offsetMs: () => (delays.length === 0 ? 0 : -shortest()),
  };
}
