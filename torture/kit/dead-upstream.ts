import net from 'node:net';

import type { Defer } from '../../bench/cleanup.ts';

/** An upstream that resets every connection, and remembers when. */
export interface DeadUpstream {
  readonly url: string;
  /** Milliseconds between one attempt and the next. */
  waits(): readonly number[];
}

export function startDeadUpstream(defer: Defer): Promise<DeadUpstream> {
  const attempts: number[] = [];
  const server = net.createServer((socket) => {
    attempts.push(performance.now());
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  });
  defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}`,
        waits: () => attempts.slice(1).map((at, i) => at - (attempts[i] ?? 0)),
      });
    });
  });
}
