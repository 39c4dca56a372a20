import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';

import type { CloseCause } from './close-codes.ts';
import { CLOSE } from './close-codes.ts';
import type { Timers } from './timers.ts';

/** How long a peer may take to answer our close before the connection is cut. */
const CLOSE_GRACE_MS = 3000;

/** What a session may do with its socket. */
export interface SocketPort {
  /** Text frames, in one write to the network where they fit. */
  sendAll(frames: readonly (Buffer | string)[]): void;
  unsentBytes(): number;
  close(cause: CloseCause): void;
  terminate(): void;
}

export function createSocketPort(ws: WebSocket, raw: Duplex, timers: Timers): SocketPort {
  return {
    sendAll(frames) {
      if (ws.readyState !== ws.OPEN) return;
      // One system call per client and batch instead of one per frame: that is the limit of fan-out.
      raw.cork();
      for (const frame of frames) ws.send(frame, { binary: false });
      raw.uncork();
    },
    unsentBytes: () => ws.bufferedAmount,
    close(cause) {
      const { code, reason } = CLOSE[cause];
      ws.close(code, reason);
      const cancel = timers.setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
      ws.once('close', cancel);
    },
    terminate: () => ws.terminate(),
  };
}
