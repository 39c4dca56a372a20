import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';

import type { CloseCause } from './close-codes.ts';
import { CLOSE } from './close-codes.ts';
import type { Timers } from './timers.ts';

/** How long a peer may take to answer our close before the connection is cut. */
const CLOSE_GRACE_MS = 3000;

/** What a session may do with its socket. */
export interface SocketPort {
  /**
   * Whole WebSocket frames, in pieces, in one write to the network where they fit: one system call
   * per client and batch is the limit of fan-out.
   */
  write(pieces: readonly Buffer[]): void;
  unsentBytes(): number;
  close(cause: CloseCause): void;
  terminate(): void;
}

/** Adds up what goes out through a port. */
export function countWrites(port: SocketPort, sent: { writes: number; bytes: number }): SocketPort {
  return {
    ...port,
    unsentBytes: () => port.unsentBytes(),
    write(pieces) {
      sent.writes += 1;
      for (const piece of pieces) sent.bytes += piece.length;
      port.write(pieces);
    },
  };
}

/** Frames go past `ws`, which without compression and masks would only copy headers for each. */
export function createSocketPort(ws: WebSocket, raw: Duplex, timers: Timers): SocketPort {
  return {
    write(pieces) {
      if (ws.readyState !== ws.OPEN) return;
      const [only] = pieces;
      if (only !== undefined && pieces.length === 1) {
        raw.write(only);
        return;
      }
      raw.cork();
      for (const piece of pieces) raw.write(piece);
      raw.uncork();
    },
    unsentBytes: () => raw.writableLength,
    close(cause) {
      const { code, reason } = CLOSE[cause];
      ws.close(code, reason);
      const cancel = timers.setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
      ws.once('close', cancel);
    },
    terminate: () => ws.terminate(),
  };
}
