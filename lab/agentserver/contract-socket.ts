import { WebSocket } from 'ws';

/** A socket that keeps what it got; ask it to wait for a frame instead of sleeping. */
export interface ContractSocket {
  /** Every text frame so far, oldest first. */
  readonly texts: readonly string[];
  /** The frames that are valid JSON, oldest first. */
  readonly frames: readonly unknown[];
  send(command: unknown): void;
  sendText(text: string): void;
  sendBytes(bytes: Buffer): void;
  /** The first frame, past or to come, that fits. */
  until(fits: (frame: unknown) => boolean): Promise<unknown>;
  /** Resolves when a ping is answered: everything sent before it has been heard. */
  ping(): Promise<void>;
  closed: Promise<{ code: number; reason: string }>;
  close(): void;
  isOpen(): boolean;
  /** What the server agreed to in the handshake. */
  readonly extensions: string;
}

/** @throws Error with the HTTP status when the upgrade is refused */
export function openContractSocket(
  url: string,
  options: { headers?: Record<string, string>; localAddress?: string } = {},
): Promise<ContractSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
  const texts: string[] = [];
  const frames: unknown[] = [];
  const waiting = new Set<{ fits: (frame: unknown) => boolean; done: (frame: unknown) => void }>();

  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    texts.push(text);
    const frame = parseJson(text);
    if (frame === undefined) return;
    frames.push(frame);
    for (const wait of waiting) {
      if (!wait.fits(frame)) continue;
      waiting.delete(wait);
      wait.done(frame);
    }
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });

  const face: ContractSocket = {
    texts,
    frames,
    send: (command) => socket.send(JSON.stringify(command)),
    sendText: (text) => socket.send(text),
    sendBytes: (bytes) => socket.send(bytes),
    until(fits) {
      const past = frames.find(fits);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((done) => waiting.add({ fits, done }));
    },
    ping: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve());
        socket.ping();
      }),
    closed,
    close: () => socket.close(),
    get extensions() {
      return socket.extensions;
    },
    isOpen: () => socket.readyState === WebSocket.OPEN,
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(face));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      reject(new UpgradeRefused(response.statusCode ?? 0));
    });
    socket.on('error', reject);
  });
}

export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`upgrade refused with HTTP ${status}`);
    this.name = 'UpgradeRefused';
    this.status = status;
  }
}

/** Whether a frame is this event of `/ws`. */
export function isEvent(event: string): (frame: unknown) => boolean {
  return (frame) => readField(frame, 'event') === event;
}

export function readField(frame: unknown, field: string): unknown {
  if (typeof frame !== 'object' || frame === null) return undefined;
  const entry = Object.entries(frame).find(([name]) => name === field);
  return entry?.[1];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
