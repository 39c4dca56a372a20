import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

import type { OriginReader } from '../api/events-origin.ts';
import type { Problem } from '../api/problem.ts';
import { problemAnswer } from '../api/problem.ts';
import { frameText } from '../frame-text.ts';
import { createAdmission } from '../hub/admission.ts';
import { refuseUpgrade } from '../hub/refuse-upgrade.ts';
import type { Timers } from '../hub/timers.ts';
import { realTimers } from '../hub/timers.ts';
import type { Guard } from '../safety/guard.ts';
import type { ByteBudget } from './byte-budget.ts';
import { MAX_FRAME_BYTES } from './frame-body.ts';
import type { DeliveryOrigin } from './parts.ts';
import type { Push } from './push.ts';
import type { IngestSession } from './socket-session.ts';
import { createIngestSession } from './socket-session.ts';

/** Senders at once; each may have much unanswered, so they are fewer than readers. */
const SENDER_LIMITS = { perAddress: 256, total: 256 };
const MAX_FRAME_FRAGMENTS = 1024;
/** A sender may be silent for days; one that answers no ping in two beats is gone. */
const BEAT_MS = 20_000;
const MAX_MISSED_PONGS = 2;
/** Answers a sender has not read: beyond it, it does not read them at all. */
const MAX_UNREAD_BYTES = 4 << 20;
const CLOSE_GRACE_MS = 3000;

/** `GET /ws/ingest`: events over a socket. */
export interface SocketDoor {
  start(): void;
  /** Answers what was read, then closes every socket with 1001. Idempotent. */
  stop(): Promise<void>;
  /** Never throws. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  stats(): SocketDoorStats;
}

export interface SocketDoorStats {
  readonly open: number;
  readonly frames: number;
  /** Upgrades refused because a bound was reached. */
  readonly refused: number;
  /** Senders cut off: gone without a word, or not reading what they are answered. */
  readonly terminated: number;
}

export interface SocketDoorDeps {
  readonly guard: Pick<Guard, 'guardRequest'>;
  readonly originOf: OriginReader;
  readonly push: Pick<Push, 'push'>;
  readonly budget: ByteBudget;
  readonly admit: () => Problem | null;
  readonly log: {
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly timers?: Timers | undefined;
}

interface Sender {
  readonly ws: WebSocket;
  readonly session: IngestSession;
  readonly isStillGood: () => boolean;
  missedPongs: number;
}

export function createSocketDoor(deps: SocketDoorDeps): SocketDoor {
  const { guard, originOf, log } = deps;
  const timers = deps.timers ?? realTimers;
  const admission = createAdmission(SENDER_LIMITS);
  const senders = new Set<Sender>();
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: MAX_FRAME_FRAGMENTS,
  });
  let frames = 0;
  let terminated = 0;
  let cancelBeat: (() => void) | null = null;
  let stopping: Promise<void> | null = null;

  function terminate(ws: WebSocket): void {
    terminated += 1;
    ws.terminate();
  }

  function send(ws: WebSocket, text: string): void {
    if (ws.readyState !== ws.OPEN) return;
    ws.send(text);
    if (ws.bufferedAmount > MAX_UNREAD_BYTES) terminate(ws);
  }

  function connect(ws: WebSocket, origin: DeliveryOrigin, isStillGood: () => boolean): void {
    const session = createIngestSession({
      ...deps,
      origin,
      socket: {
        send: (text) => send(ws, text),
        pause: () => ws.pause(),
        resume: () => ws.resume(),
      },
    });
    const sender: Sender = { ws, session, isStillGood, missedPongs: 0 };
    senders.add(sender);
    ws.on('message', (data, isBinary) => {
      sender.missedPongs = 0;
      if (isBinary) return ws.close(1003, 'expected a text frame');
      frames += 1;
      session.onText(frameText(data));
    });
    ws.on('pong', () => {
      sender.missedPongs = 0;
    });
    ws.on('error', (error) => log.warn({ err: error }, 'socket of a sender failed'));
    ws.on('close', () => senders.delete(sender));
  }

  function onBeat(): void {
    for (const sender of senders) {
      const { ws, isStillGood } = sender;
      if (!isStillGood()) ws.close(1008, 'no longer allowed to send');
      else if (sender.missedPongs >= MAX_MISSED_PONGS) terminate(ws);
      else ws.ping();
      // A socket that is not read now cannot show its pong.
      if (!ws.isPaused) sender.missedPongs += 1;
    }
  }

  async function close({ ws, session }: Sender): Promise<void> {
    ws.pause();
    await session.drain();
    ws.resume();
    await new Promise<void>((resolve) => {
      const cancel = timers.setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
      ws.once('close', () => {
        cancel();
        resolve();
      });
      if (ws.readyState === ws.CLOSED) resolve();
      ws.close(1001, 'the server is stopping');
    });
  }

  function handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const verdict = guard.guardRequest(req);
    if (!verdict.ok) return refuseUpgrade(socket, verdict);
    if (stopping !== null) return refuseUpgrade(socket, STOPPING);
    let origin: DeliveryOrigin;
    try {
      origin = originOf(req.url ?? '');
    } catch (error) {
      const { status, detail } = problemAnswer(error) ?? UNEXPECTED;
      return refuseUpgrade(socket, { status, detail: JSON.stringify(detail) });
    }
    const address = req.socket.remoteAddress ?? 'unknown';
    if (admission.enter(address) !== 'admitted') return refuseUpgrade(socket, FULL);
    socket.once('close', () => admission.leave(address));
    server.handleUpgrade(req, socket, head, (ws) => connect(ws, origin, verdict.isStillGood));
  }

  return {
    start() {
      cancelBeat ??= timers.setInterval(onBeat, BEAT_MS);
    },
    stop() {
      cancelBeat?.();
      stopping ??= Promise.all([...senders].map(close)).then(() => undefined);
      return stopping;
    },
    handleUpgrade,
    stats: () => ({ open: senders.size, frames, refused: admission.refused, terminated }),
  };
}

const STOPPING = {
  status: 503,
  detail: 'The server is stopping',
  headers: { 'retry-after': '5' },
};
const FULL = { ...STOPPING, detail: 'Too many senders are connected' };
const UNEXPECTED = { status: 500, detail: 'Internal Server Error' };
