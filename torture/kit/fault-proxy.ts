import net from 'node:net';

import type { Random } from '#lab/agentserver/random.ts';

import { delay } from './waits.ts';

/** What a slow link holds each way before it stops reading. */
const MAX_WAITING_BYTES = 1 << 20;

/** What the link does to bytes, on connections open now and on later ones. */
export type LinkFault =
  | { readonly kind: 'none' }
  /** Bytes go nowhere, both ways, and neither side is told. */
  | { readonly kind: 'half-open' }
  | { readonly kind: 'latency'; readonly ms: number }
  /** Each way. */
  | { readonly kind: 'rate'; readonly bytesPerSecond: number }
  /** Resets a connection once this many bytes have come back from the target. */
  | { readonly kind: 'cut-after'; readonly bytes: number }
  /** The target gets the request and answers; by this chance the answer is dropped and the client reset. */
  | { readonly kind: 'swallow-response'; readonly chance: number };

export interface ProxyCounts {
  readonly connections: number;
  readonly open: number;
  readonly swallowed: number;
  readonly cut: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** A TCP link on loopback that breaks on demand. */
export interface FaultProxy {
  /** Listens on a free port. */
  start(): Promise<{ readonly url: string; readonly port: number }>;
  setFault(fault: LinkFault): void;
  /** Ends every open connection, both sides, politely or not. */
  dropAll(how: 'fin' | 'reset'): void;
  counts(): ProxyCounts;
  stop(): Promise<void>;
}

interface Link {
  readonly client: net.Socket;
  readonly target: net.Socket;
  bytesDown: number;
}

/** @param target address of what is behind, asked anew for each connection: `http://host:port` */
export function createFaultProxy(deps: {
  target: () => string | Promise<string>;
  random: Random;
}): FaultProxy {
  const links = new Set<Link>();
  const counts = { connections: 0, swallowed: 0, cut: 0, bytesUp: 0, bytesDown: 0 };
  let fault: LinkFault = { kind: 'none' };

  const server = net.createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    counts.connections += 1;
    Promise.resolve(deps.target()).then(
      (address) => open(client, new URL(address)),
      () => client.resetAndDestroy(),
    );
  });

  function open(client: net.Socket, { hostname, port }: URL): void {
    const target = net.connect(Number(port), hostname);
    const link: Link = { client, target, bytesDown: 0 };
    links.add(link);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      // A side that broke is passed on as broken, and a polite end as polite.
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => void links.delete(link));
      carry(from, to, (chunk) => judge(link, from === target, chunk));
    }
    client.resume();
  }

  /** @returns what to do with bytes that came; a verdict is final for its connection */
  function judge(link: Link, isAnswer: boolean, chunk: Buffer): 'pass' | 'drop' {
    if (isAnswer) counts.bytesDown += chunk.length;
    else counts.bytesUp += chunk.length;
    if (fault.kind === 'half-open') return 'drop';
    if (!isAnswer) return 'pass';
    link.bytesDown += chunk.length;
    if (fault.kind === 'swallow-response' && deps.random.chance(fault.chance)) {
      counts.swallowed += 1;
      reset(link);
      return 'drop';
    }
    if (fault.kind === 'cut-after' && link.bytesDown >= fault.bytes) {
      counts.cut += 1;
      reset(link);
      return 'drop';
    }
    return 'pass';
  }

  /** Carries bytes one way, in order, as late as the fault says. */
  function carry(
    from: net.Socket,
    to: net.Socket,
    judgeChunk: (chunk: Buffer) => 'pass' | 'drop',
  ): void {
    let tail = Promise.resolve();
    let freeAt = 0;
    let waitingBytes = 0;
    const forward = (chunk: Buffer): void => {
      waitingBytes -= chunk.length;
      if (to.destroyed) return;
      if (to.write(chunk)) {
        if (waitingBytes === 0) from.resume();
        return;
      }
      from.pause();
      to.once('drain', () => from.resume());
    };
    const forwardLate = async (
      before: Promise<void>,
      chunk: Buffer,
      dueAt: number,
    ): Promise<void> => {
      await before;
      const waitMs = dueAt - performance.now();
      if (waitMs > 0) await delay(waitMs);
      forward(chunk);
    };
    from.on('data', (chunk: Buffer) => {
      if (judgeChunk(chunk) === 'drop') return;
      const now = performance.now();
      freeAt = Math.max(freeAt, now) + spentOn(chunk);
      const dueAt = fault.kind === 'latency' ? now + fault.ms : freeAt;
      waitingBytes += chunk.length;
      if (waitingBytes > MAX_WAITING_BYTES) from.pause();
      tail = forwardLate(tail, chunk, dueAt);
    });
    from.on('end', () => {
      if (fault.kind !== 'half-open') tail = tail.then(() => void to.end());
    });
  }

  /** Milliseconds a thin link is busy with it. */
  function spentOn(chunk: Buffer): number {
    return fault.kind === 'rate' ? (chunk.length / fault.bytesPerSecond) * 1000 : 0;
  }

  function reset({ client, target }: Link): void {
    client.resetAndDestroy();
    target.resetAndDestroy();
  }

  function dropAll(how: 'fin' | 'reset'): void {
    for (const link of links) {
      if (how === 'reset') reset(link);
      else for (const side of [link.client, link.target]) side.end();
    }
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          const port = typeof address === 'object' && address !== null ? address.port : 0;
          resolve({ url: `http://127.0.0.1:${port}`, port });
        });
      }),
    setFault(next) {
      fault = next;
    },
    dropAll,
    counts: () => ({ ...counts, open: links.size }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropAll('reset');
      }),
  };
}
