import http from 'node:http';

import { WebSocket, WebSocketServer } from 'ws';

import { frameText } from '../../frame-text.ts';

/** A proxy between a source and its upstream that meddles with what passes. */
export interface Meddler {
  readonly url: string;
  /** What becomes of each frame for the source; the default passes it on. */
  onFrame(change: ((text: string) => readonly string[]) | null): void;
  /** What becomes of each answer in JSON. */
  onAnswer(rewrite: ((path: string, text: string) => string) | null): void;
  /** The next answer in JSON ends in the middle. */
  cutNextAnswer(): void;
  /** Connections of the source, of any kind. */
  readonly connections: number;
  /** Sends to every open socket what the upstream never said. */
  send(text: string): void;
  /** Open sockets stay open and bring nothing any more. */
  muteOpenSockets(): void;
  /** Cuts every connection and refuses new ones, or ends that. */
  setDown(isDown: boolean): void;
  readonly openSockets: number;
  readonly mostSockets: number;
  stop(): Promise<void>;
}

export async function startMeddler(upstream: string): Promise<Meddler> {
  const target = new URL(upstream);
  const relays = new Set<{ socket: WebSocket; upstream: WebSocket; isMuted: boolean }>();
  let change: ((text: string) => readonly string[]) | null = null;
  let rewrite: ((path: string, text: string) => string) | null = null;
  let isNextCut = false;
  let isDown = false;
  let mostSockets = 0;
  let connections = 0;

  const server = http.createServer((request, response) => {
    if (isDown) {
      request.socket.destroy();
      return;
    }
    const { method, url: path, headers } = request;
    const onward = http.request({
      host: target.hostname,
      port: target.port,
      method,
      path,
      headers,
      agent: false,
    });
    onward.on('response', (answer) => void relayAnswer(answer, path ?? '/', response));
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => (connections -= 1));
  });
  const sockets = new WebSocketServer({ noServer: true });

  server.on('upgrade', (request, duplex, head) => {
    if (isDown) {
      duplex.destroy();
      return;
    }
    const upstreamSocket = new WebSocket(
      new URL(request.url ?? '/ws', target.href.replace('http', 'ws')),
    );
    const early: string[] = [];
    upstreamSocket.on('message', (data) => early.push(frameText(data)));
    upstreamSocket.on('error', () => duplex.destroy());
    upstreamSocket.on('open', () => {
      sockets.handleUpgrade(request, duplex, head, (socket) => {
        upstreamSocket.removeAllListeners('message');
        relay(socket, upstreamSocket, early);
      });
    });
  });

  function relay(socket: WebSocket, upstreamSocket: WebSocket, early: readonly string[]): void {
    const entry = { socket, upstream: upstreamSocket, isMuted: false };
    relays.add(entry);
    mostSockets = Math.max(mostSockets, relays.size);
    const forward = (text: string) => {
      if (entry.isMuted) return;
      for (const part of change?.(text) ?? [text]) socket.send(part);
    };
    for (const text of early) forward(text);
    upstreamSocket.on('message', (data) => forward(frameText(data)));
    upstreamSocket.on('close', () => socket.terminate());
    socket.on('message', (data) => upstreamSocket.send(frameText(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      relays.delete(entry);
      upstreamSocket.terminate();
    });
  }

  /** Answers in JSON are read whole, so that they can be changed or end in the middle. */
  async function relayAnswer(
    answer: http.IncomingMessage,
    path: string,
    response: http.ServerResponse,
  ): Promise<void> {
    const { statusCode = 502, headers } = answer;
    const isJson = headers['content-type']?.includes('json') === true;
    if (!isJson || statusCode !== 200 || (rewrite === null && !isNextCut)) {
      response.writeHead(statusCode, headers);
      answer.pipe(response);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(Buffer.from(chunk));
    const original = Buffer.concat(chunks).toString('utf8');
    const body = Buffer.from(rewrite?.(path, original) ?? original);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    if (isNextCut) {
      isNextCut = false;
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    } else response.end(body);
  }

  function cutAll(): void {
    for (const { socket } of relays) socket.terminate();
    server.closeAllConnections();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    onFrame(next) {
      change = next;
    },
    onAnswer(next) {
      rewrite = next;
    },
    cutNextAnswer() {
      isNextCut = true;
    },
    get connections() {
      return connections;
    },
    send(text) {
      for (const { socket } of relays) socket.send(text);
    },
    muteOpenSockets() {
      for (const entry of relays) entry.isMuted = true;
    },
    setDown(next) {
      isDown = next;
      if (isDown) cutAll();
    },
    get openSockets() {
      return relays.size;
    },
    get mostSockets() {
      return mostSockets;
    },
    async stop() {
      cutAll();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
