import { once } from 'node:events';

import { WebSocket } from 'ws';

import type { JournalEvent } from '#organism/event.ts';
import { LIVE_SUBPROTOCOL, liveFrameSchema } from '#organism/live/protocol.ts';

/** A browser's socket without a browser: remembers everything it was shown. */
export interface LiveClient {
  readonly shown: JournalEvent[];
  /** False once the socket has ended, whoever ended it. */
  readonly isOpen: boolean;
  /** Resolves when `enough` holds after some batch, or when the socket has ended. */
  until(enough: () => boolean): Promise<void>;
  close(): void;
}

export async function openLiveClient(url: string, organism: string): Promise<LiveClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
  const shown: JournalEvent[] = [];
  const waiting = new Set<() => void>();
  const check = (): void => {
    for (const wake of waiting) wake();
  };
  socket.on('error', () => undefined);
  socket.on('close', check);
  socket.on('message', (data: Buffer) => {
    const frame = liveFrameSchema.parse(JSON.parse(data.toString()));
    if (frame.kind === 'batch') shown.push(...frame.events);
    if (frame.kind === 'reset') shown.push(...frame.snapshot.recentMessages);
    check();
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ cmd: 'resume', organism }));
  return {
    shown,
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    until: (enough) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (!enough() && socket.readyState === WebSocket.OPEN) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      }),
    close: () => socket.terminate(),
  };
}
