import { createServer, type Server } from 'node:http';

import { createHttpListener } from './http-listener.ts';
import type { Route } from './router.ts';
import type { Sockets } from './sockets.ts';

/** The one port: REST and both socket endpoints. Started again it takes the same port. */
export interface Listener {
  /** @throws when the port is taken */
  start(): Promise<{ url: string; port: number }>;
  stop(): Promise<void>;
  port(): number;
}

export interface ListenerDeps {
  readonly routes: readonly Route[];
  readonly key: string | null;
  readonly sockets: Sockets;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export function createListener({ routes, key, sockets, host, port }: ListenerDeps): Listener {
  const answer = createHttpListener(routes, key);
  let boundPort = port;
  let server: Server | null = null;

  return {
    port: () => boundPort,
    async start() {
      if (server === null) {
        const fresh = createServer(answer);
        fresh.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
        boundPort = await listen(fresh, boundPort, host);
        server = fresh;
      }
      return { url: `http://${host}:${boundPort}`, port: boundPort };
    },
    async stop() {
      const closing = server;
      server = null;
      if (closing === null) return;
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      await sockets.closeAll();
      closing.closeAllConnections();
      await closed;
    },
  };
}

/** @returns the port it got. @throws when the port is taken */
function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
