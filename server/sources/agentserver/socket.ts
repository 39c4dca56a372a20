import { WebSocket } from 'ws';

import { frameText } from '../../frame-text.ts';
import type { Schedule } from '../source.ts';
import { parseJson } from '../upstream/parse-json.ts';
import { guardedLookup } from '../upstream/upstream-url.ts';
import type { Frame } from './frame.ts';
import { readFrame } from './frame.ts';

/** A snapshot of 100 threads is some 50 kB; a larger frame than this is no AgentServer's. */
export const MAX_FRAME_BYTES = 4 * 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** The server answers a subscribe at once; silence after opening is a server that does not work. */
const FIRST_FRAME_TIMEOUT_MS = 10_000;
/** Below half of the 300 s after which the server stops serving a silent client. */
const KEEPALIVE_MS = 120_000;
const ANSWER_TIMEOUT_MS = 10_000;
/** How long a closing handshake may take before the connection is cut. */
const CLOSE_TIMEOUT_MS = 2000;

export interface SocketEnd {
  readonly reason: string;
  /** The upgrade was granted. */
  readonly wasOpened: boolean;
  /** It gave at least one valid frame. */
  readonly wasLive: boolean;
  /** The HTTP status that refused the upgrade, else null. */
  readonly refusedWith: number | null;
  readonly wasFrameTooLarge: boolean;
}

export interface SocketHandlers {
  /** The first valid frame: only now does the connection count as one. */
  onLive(first: Frame): void;
  /** Every frame but a first snapshot. Must return at once: a client that reads slowly stalls the server. */
  onFrame(text: string): void;
  /** Once, whatever ended it; not after `close`. */
  onEnd(end: SocketEnd): void;
}

export interface AgentSocket {
  readonly isLive: boolean;
  /** Subscribes anew; what is sent to keep the socket alive from now on. */
  subscribe(command: string): void;
  /** Ends it without a call to `onEnd`; resolves when it is gone. */
  close(): Promise<void>;
}

/** Dials one `/ws` and keeps it alive with the same subscribe; it never redials. */
export function openSocket(options: {
  url: URL;
  /** The first subscribe command; the same is sent again to keep it alive, since one without fields resets the filter. */
  subscribe: string;
  schedule: Schedule;
  source: string;
  /** Between two pings; who was silent for as long is gone. */
  pingMs: number;
  handlers: SocketHandlers;
}): AgentSocket {
  const { schedule, handlers, source, pingMs } = options;
  let command = options.subscribe;
  let wasOpened = false;
  let isLive = false;
  let isOver = false;
  let refusedWith: number | null = null;
  let wasFrameTooLarge = false;
  let isAnswerDue = false;
  let isPongDue = false;
  let cancelTimer: (() => void) | null = null;
  let cancelPing: (() => void) | null = null;

  const socket = new WebSocket(options.url, {
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    followRedirects: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    lookup: guardedLookup,
  });

  function rearm(delayMs: number, run: () => void): void {
    cancelTimer?.();
    cancelTimer = schedule(delayMs, run);
  }

  function stopTimers(): void {
    cancelTimer?.();
    cancelPing?.();
  }

  /** The server stops serving a client that gives no command, however much it sends itself. */
  function keepAlive(): void {
    isAnswerDue = true;
    socket.send(command);
    rearm(ANSWER_TIMEOUT_MS, () => {
      if (isAnswerDue) finish('the socket no longer answers');
      else rearm(KEEPALIVE_MS - ANSWER_TIMEOUT_MS, keepAlive);
    });
  }

  function ping(): void {
    if (isOver) return;
    if (isPongDue) return finish('the socket answers no ping');
    isPongDue = true;
    socket.ping();
    planPing();
  }

  /** What arrived while this process stood still is read before anyone is judged. */
  function planPing(): void {
    cancelPing = schedule(pingMs, () => setImmediate(ping));
  }

  function finish(reason: string): void {
    if (isOver) return;
    isOver = true;
    stopTimers();
    socket.terminate();
    handlers.onEnd({ reason, wasOpened, wasLive: isLive, refusedWith, wasFrameTooLarge });
  }

  function receive(text: string): void {
    if (isOver) return;
    // Any frame proves the connection; what it carries is the watchdog's question.
    isAnswerDue = false;
    isPongDue = false;
    if (isLive) {
      handlers.onFrame(text);
      return;
    }
    const parsed = parseJson(text, { source, maxBytes: MAX_FRAME_BYTES });
    const first = parsed.ok ? readFrame(parsed.value) : null;
    if (first !== null && first.kind !== 'unreadable') {
      isLive = true;
      rearm(KEEPALIVE_MS, keepAlive);
      handlers.onLive(first);
      if (first.kind === 'connected') return;
    }
    handlers.onFrame(text);
  }

  socket.on('open', () => {
    wasOpened = true;
    socket.send(command);
    planPing();
    rearm(FIRST_FRAME_TIMEOUT_MS, () => finish('the socket opened and gave no frame'));
  });
  socket.on('pong', () => {
    isPongDue = false;
  });
  socket.on('message', (data) => receive(frameText(data)));
  socket.on('unexpected-response', (request, response) => {
    refusedWith = response.statusCode ?? null;
    request.destroy();
    finish(
      refusedWith === 403
        ? 'the server admits no more sockets (403)'
        : `the socket was refused (${refusedWith})`,
    );
  });
  socket.on('error', (error: Error & { code?: string }) => {
    wasFrameTooLarge = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    finish(`the socket failed (${error.code ?? error.name})`);
  });
  socket.on('close', (code) => {
    const isCut = wasOpened && !isLive;
    finish(
      isCut
        ? `the socket is cut before its first frame (${code})`
        : `the socket was closed (${code})`,
    );
  });

  return {
    get isLive() {
      return isLive;
    },
    subscribe(next) {
      command = next;
      if (wasOpened && !isOver) socket.send(command);
    },
    close() {
      if (socket.readyState === WebSocket.CLOSED) return Promise.resolve();
      isOver = true;
      stopTimers();
      socket.close(1000);
      const cancelCut = schedule(CLOSE_TIMEOUT_MS, () => socket.terminate());
      return new Promise((resolve) => {
        socket.once('close', () => {
          cancelCut();
          resolve();
        });
      });
    },
  };
}
