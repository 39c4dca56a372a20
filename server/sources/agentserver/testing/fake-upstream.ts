import type { IncomingMessage } from 'node:http';
import http from 'node:http';

import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

/** What a fake answers to one request; a string body is sent as it is. */
export interface FakeAnswer {
  readonly status?: number | undefined;
  readonly body: unknown;
  readonly headers?: Record<string, string> | undefined;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface FakeUpstream {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
  /** Sockets open now. */
  readonly openSockets: number;
  /** The most that were open at one time. */
  readonly mostSockets: number;
  /** Closes every socket and refuses connections until `listen`. */
  drop(): Promise<void>;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

/** A scripted AgentServer on a real port: for what no healthy server would do. */
export async function startFakeUpstream(script: {
  /** Null: hangs without an answer. */
  answer: (request: FakeRequest) => FakeAnswer | null | Promise<FakeAnswer | null>;
  /** A status refuses the upgrade. */
  admit?: ((request: IncomingMessage) => number | null) | undefined;
  onSocket?: ((socket: WebSocket, index: number) => void) | undefined;
}): Promise<FakeUpstream> {
  const requests: FakeRequest[] = [];
  let mostSockets = 0;
  let index = 0;
  let port = 0;
  let server = http.createServer();
  const sockets = new WebSocketServer({ noServer: true });

  async function respond(request: IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const url = new URL(request.url ?? '/', 'http://fake');
    const seen: FakeRequest = {
      method: request.method ?? '',
      path: url.pathname.replace('/api/v1', ''),
      query: url.searchParams,
      authorization: request.headers.authorization,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(seen);
    const answer = await script.answer(seen);
    if (answer === null) return;
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      ...answer.headers,
    });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  function build(): http.Server {
    const next = http.createServer((request, response) => {
      respond(request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
    next.on('upgrade', (request, duplex, head) => {
      const refusal = script.admit?.(request) ?? null;
      if (refusal !== null) {
        duplex.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, duplex, head, (socket) => {
        mostSockets = Math.max(mostSockets, sockets.clients.size);
        index += 1;
        script.onSocket?.(socket, index);
      });
    });
    return next;
  }

  async function listen(): Promise<void> {
    server = build();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) port = address.port;
  }

  async function drop(): Promise<void> {
    for (const socket of sockets.clients) socket.terminate();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get openSockets() {
      return sockets.clients.size;
    },
    get mostSockets() {
      return mostSockets;
    },
    drop,
    listen,
    stop: drop,
  };
}
