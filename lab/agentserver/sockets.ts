import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type WebSocket } from 'ws';

import {
  createAdmission,
  MAX_SOCKETS,
  MAX_SOCKETS_PER_ADDRESS,
  refuseUpgrade,
} from './admission.ts';
import type { LabFaults } from './faults.ts';
import { hasTimes, writeFrame, writeGreeting } from './frames.ts';
import { answerCommand, type CommandDeps } from './socket-commands.ts';
import { NO_FILTERS, passes, passesMessage, type SocketFilters } from './socket-filters.ts';
import type { Views } from './views.ts';
import type { LabEvent } from './world-types.ts';
import type { World } from './world.ts';

type Endpoint = 'control' | 'messages';

export interface LabSocket {
  readonly endpoint: Endpoint;
  readonly address: string;
  filters: SocketFilters;
  /** On the broadcast list: gets events and counts for admission. */
  isListed: boolean;
  /** Its handler has ended: nothing the client says is heard. */
  isDeaf: boolean;
  send(text: string | Buffer): void;
  /** Cuts the connection without a close frame. */
  cut(): void;
}

export interface SocketCounts {
  opened: number;
  refused: number;
  framesSent: number;
  /** Clients that let more than the bound pile up. */
  cutForBacklog: number;
}

export interface Sockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  broadcast(event: LabEvent): void;
  /** Open sockets, whether they still get events or not. */
  open(): number;
  /** Those on the broadcast list. */
  listed(): number;
  counts(): SocketCounts;
  /** Closes everything with 1012, as the recorded server did on SIGTERM. */
  closeAll(): Promise<void>;
}

export interface SocketsDeps extends CommandDeps {
  readonly world: World;
  readonly views: Views;
  readonly faults: LabFaults;
  readonly frameTime: (instant: number) => string;
  readonly idleTimeoutMs?: number | undefined;
  readonly maxSockets?: number | undefined;
  readonly maxSocketsPerAddress?: number | undefined;
}

const IDLE_TIMEOUT_MS = 300_000;
/** uvicorn's own default. */
const MAX_COMMAND_BYTES = 16 * 1024 * 1024;
/** Bounds this process's memory when a client stops reading. */
const MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
const SERVICE_RESTART = 1012;
const IDLE_CLOSE = 1000;
const CLOSE_GRACE_MS = 500;

export function createSockets(deps: SocketsDeps): Sockets {
  const { world, views, faults, frameTime } = deps;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_COMMAND_BYTES,
  });
  const admission = createAdmission(
    deps.maxSockets ?? MAX_SOCKETS,
    deps.maxSocketsPerAddress ?? MAX_SOCKETS_PER_ADDRESS,
  );
  const sockets = new Set<LabSocket>();
  const connections = new Set<WebSocket>();
  const counts: SocketCounts = { opened: 0, refused: 0, framesSent: 0, cutForBacklog: 0 };

  function unlist(socket: LabSocket): void {
    if (!socket.isListed) return;
    socket.isListed = false;
    sockets.delete(socket);
    admission.leave(socket.address);
  }

  function accept(connection: WebSocket, endpoint: Endpoint, address: string): void {
    counts.opened += 1;
    connections.add(connection);
    const socket = wrapConnection(connection, { endpoint, address, counts });
    admission.enter(address);
    sockets.add(socket);
    const idle = setTimeout(
      () => endIdle(connection, socket),
      deps.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    );
    idle.unref();
    connection.on('message', (data, isBinary) => {
      if (socket.isDeaf) return;
      idle.refresh();
      hear(socket, isBinary ? null : rawText(data));
    });
    connection.on('error', () => connection.terminate());
    connection.on('close', () => {
      clearTimeout(idle);
      connections.delete(connection);
      unlist(socket);
    });
    if (endpoint === 'control') greet(socket);
  }

  function greet(socket: LabSocket): void {
    if (faults.has('socket-dies-on-timestamps') && hasTimes(world)) socket.cut();
    else socket.send(writeGreeting(world, views, frameTime));
  }

  /** A healthy build closes an idle socket; the recorded one only stopped serving it. */
  function endIdle(connection: WebSocket, socket: LabSocket): void {
    if (faults.has('zombie-sockets')) deafen(socket);
    else connection.close(IDLE_CLOSE);
  }

  function deafen(socket: LabSocket): void {
    socket.isDeaf = true;
    unlist(socket);
  }

  function hear(socket: LabSocket, text: string | null): void {
    const outcome = answerCommand(deps, socket, text);
    if (outcome === 'deaf') deafen(socket);
    if (outcome === 'cut') socket.cut();
  }

  return {
    upgrade(request, stream, head) {
      const endpoint = endpointOf(request.url ?? '');
      const address = request.socket.remoteAddress ?? 'unknown';
      if (endpoint === null || faults.has('admission-403') || admission.isFull(address)) {
        counts.refused += 1;
        refuseUpgrade(stream);
        return;
      }
      server.handleUpgrade(request, stream, head, (connection) =>
        accept(connection, endpoint, address),
      );
    },
    broadcast(event) {
      if (sockets.size === 0 || isSuppressed(faults, event)) return;
      let frame: ReturnType<typeof writeFrame> | null = null;
      for (const socket of sockets) {
        if (!isMeantFor(socket, event)) continue;
        if (event.event === 'message' && faults.has('silent-drop')) {
          unlist(socket);
          continue;
        }
        frame ??= writeFrame(event, views, frameTime);
        socket.send(socket.endpoint === 'control' ? frame.control : (frame.bareMessage ?? ''));
      }
    },
    open: () => connections.size,
    listed: () => sockets.size,
    counts: () => ({ ...counts }),
    async closeAll() {
      await Promise.all([...connections].map(closeConnection));
    },
  };
}

interface WrapOptions {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly counts: SocketCounts;
}

function wrapConnection(
  connection: WebSocket,
  { endpoint, address, counts }: WrapOptions,
): LabSocket {
  return {
    endpoint,
    address,
    filters: NO_FILTERS,
    isListed: true,
    isDeaf: false,
    send(text) {
      if (connection.bufferedAmount > MAX_BACKLOG_BYTES) {
        counts.cutForBacklog += 1;
        connection.terminate();
        return;
      }
      counts.framesSent += 1;
      connection.send(text, { binary: false });
    },
    cut: () => connection.terminate(),
  };
}

/** Closes with a frame; whoever does not answer in time is cut. */
function closeConnection(connection: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    connection.once('close', () => resolve());
    connection.close(SERVICE_RESTART);
    setTimeout(() => connection.terminate(), CLOSE_GRACE_MS).unref();
  });
}

function endpointOf(url: string): Endpoint | null {
  const path = url.split('?', 1)[0];
  if (path === '/ws') return 'control';
  return path === '/ws/messages' ? 'messages' : null;
}

function isMeantFor(socket: LabSocket, event: LabEvent): boolean {
  if (socket.endpoint === 'control') return passes(socket.filters, event);
  return event.event === 'message' && passesMessage(socket.filters, event.message);
}

function isSuppressed(faults: LabFaults, event: LabEvent): boolean {
  const isBirthOrError = event.event === 'thread_created' || event.event === 'error';
  return isBirthOrError && faults.has('no-thread-created');
}

function rawText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
