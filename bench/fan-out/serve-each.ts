import type { Server } from 'node:http';

import { WebSocketServer } from 'ws';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';
import type { Organisms } from '#server/hub/organisms.ts';

/**
 * The control: every event written out once, and sent to each client in a frame of its own, in words
 * the same clients understand. It resumes nobody and never falls back: less than the hub does.
 */
export function serveEach(server: Server, organisms: Organisms): void {
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    handleProtocols: () => LIVE_SUBPROTOCOL,
  });
  let position = 0;
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.send(`{"kind":"reset","to":${position},"snapshot":{}}`);
  });
  organisms.onPublish(({ events }) => {
    for (const event of events) {
      const frame = `{"kind":"batch","from":${position},"to":${event.seq},"events":[${JSON.stringify(event)}]}`;
      position = event.seq;
      for (const socket of sockets.clients) socket.send(frame);
    }
  });
}
