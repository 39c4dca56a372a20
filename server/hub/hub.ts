import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

import type { Store } from '#db/store.ts';
import { LIVE_HEARTBEAT_MS, LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';

import type { Commands } from '../api/commands.ts';
import { frameText } from '../frame-text.ts';
import type { Guard } from '../safety/guard.ts';
import type { SocketLimits } from './admission.ts';
import { createAdmission } from './admission.ts';
import type { Channel } from './channel.ts';
import { createChannel } from './channel.ts';
import { createContractSession, createMessagesSession } from './contract-session.ts';
import { createFrameMemory } from './frame-memory.ts';
import { createLimiter } from './limiter.ts';
import type { SocketSession } from './live-session.ts';
import { createLiveSession } from './live-session.ts';
import type { Organisms } from './organisms.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { Seat } from './seat.ts';
import { createSeat } from './seat.ts';
import type { SocketPort } from './socket-port.ts';
import { countWrites, createSocketPort } from './socket-port.ts';
import type { Timers } from './timers.ts';
import { realTimers } from './timers.ts';
import type { Refusal, Upgrade } from './upgrade.ts';
import { judgeUpgrade, organismNotFound } from './upgrade.ts';

/** Commands are small; what is larger is not one. */
const MAX_COMMAND_BYTES = 256 << 10;
const MAX_COMMAND_FRAGMENTS = 1024;
/** Resumes that read the store at once: a crowd that reconnects must not starve the pages. */
const MAX_REPLAYS = 8;
/** Sockets visited in one turn of the event loop: some milliseconds of heartbeats. */
const CONNECTIONS_PER_TURN = 500;
const RETRY_AFTER_SECONDS = '5';

export interface HubDeps {
  readonly organisms: Organisms;
  readonly store: Pick<Store, 'epoch' | 'readEvents' | 'prunedThrough'>;
  readonly guard: Guard;
  readonly commands: Commands;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
  /** Between two pings to each socket; who was silent for as long is gone. */
  readonly pingMs: number;
  readonly timers?: Timers | undefined;
  readonly limits: SocketLimits;
}

export interface Hub {
  start(): void;
  /** Closes every socket with 1001. Idempotent; resolves when they are gone. */
  stop(): Promise<void>;
  /** For the server's only `upgrade` listener. Never throws. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Open sockets: polls slow down when nobody watches. */
  watchers(): number;
  counters(): HubCounters;
}

export interface HubCounters {
  readonly open: number;
  /** Upgrades refused because a bound was reached. */
  readonly refused: number;
  /** Times a reader was left behind and reset, or ended. */
  readonly slow: number;
  /** Snapshots sent to those who join, or could not be given all they missed. */
  readonly resets: number;
  readonly terminated: number;
  /** What was handed to sockets: a write carries one or more whole frames. */
  readonly writes: number;
  readonly sentBytes: number;
}

/** Opens the session of a socket that is let in. */
type OpenSession = (socket: SocketPort) => SocketSession;

interface Admitted {
  readonly open: OpenSession;
  readonly isStillGood: () => boolean;
}

interface Connection {
  readonly ws: WebSocket;
  readonly port: SocketPort;
  readonly session: SocketSession;
  readonly isStillGood: () => boolean;
  /** A ping is on its way, and nothing has come since. */
  isPongDue: boolean;
}

/** All live sockets: `/ws` in two dialects, and `/ws/messages`. */
export function createHub(deps: HubDeps): Hub {
  const { organisms, store, guard, now, log } = deps;
  const timers = deps.timers ?? realTimers;
  const admission = createAdmission(deps.limits);
  const replays = createLimiter(MAX_REPLAYS);
  const channels = new Map<string, Channel>();
  const memory = createFrameMemory();
  const connections = new Set<Connection>();
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: MAX_COMMAND_BYTES,
    maxFragments: MAX_COMMAND_FRAGMENTS,
    handleProtocols: (offered) => (offered.has(LIVE_SUBPROTOCOL) ? LIVE_SUBPROTOCOL : false),
  });
  let slow = 0;
  let resets = 0;
  const sent = { writes: 0, bytes: 0 };
  let terminated = 0;
  let isStopping = false;
  let releases: (() => void)[] = [];
  let cancelBeat = nothing;
  let cancelPing = nothing;

  /** Of an organism that somebody holds. */
  function channelOf(organismId: string): Channel {
    const known = channels.get(organismId);
    if (known !== undefined) return known;
    const initial = organisms.get(organismId);
    if (initial === undefined) throw new Error(`nobody holds the organism ${organismId}`);
    const channel = createChannel({ initial, epoch: store.epoch, now, timers, memory });
    channels.set(organismId, channel);
    return channel;
  }

  async function follow(
    seat: Seat,
    organism: string | null | undefined,
  ): Promise<Channel | null | undefined> {
    const organismId = await seat.take(organism);
    return typeof organismId === 'string' ? channelOf(organismId) : organismId;
  }

  /** What becomes of a socket; null when there is no organism of that name, undefined when it has gone. */
  async function sessionFor(upgrade: Upgrade, seat: Seat): Promise<OpenSession | null | undefined> {
    const onSlow = (): void => {
      slow += 1;
    };
    switch (upgrade.dialect) {
      case 'live':
        return (socket) =>
          createLiveSession({
            socket,
            follow: (organism) => follow(seat, organism ?? upgrade.organism),
            readEvents: (query) => store.readEvents(query),
            prunedThrough: () => store.prunedThrough(),
            epoch: store.epoch,
            replays,
            onSlow,
            onReset: () => {
              resets += 1;
            },
            onReplayFailed: (error) => log.warn({ err: error }, 'replay for a live socket failed'),
          });
      case 'contract':
      case 'messages': {
        const create =
          upgrade.dialect === 'contract' ? createContractSession : createMessagesSession;
        const { organism, actorOf } = upgrade;
        const channel = await follow(seat, organism);
        if (channel === null || channel === undefined) return channel;
        const { commands } = deps;
        return (socket) => create({ socket, channel, actorOf, onSlow, now, commands });
      }
    }
  }

  function connect(ws: WebSocket, raw: Duplex, { open, isStillGood }: Admitted): void {
    const port = countWrites(createSocketPort(ws, raw, timers), sent);
    const session = open(port);
    const connection: Connection = { ws, port, session, isStillGood, isPongDue: false };
    connections.add(connection);
    ws.on('message', (data, isBinary) => {
      connection.isPongDue = false;
      if (isBinary) port.close('badFrame');
      else session.onText(frameText(data));
    });
    ws.on('pong', () => {
      connection.isPongDue = false;
    });
    ws.on('error', (error) => log.warn({ err: error }, 'live socket failed'));
    ws.on('close', () => {
      connections.delete(connection);
      session.onClosed();
    });
  }

  /** Who was silent for a whole interval is gone; a pong may wait behind a large batch, so any frame counts. */
  function checkLiveness(connection: Connection): void {
    if (connection.isPongDue) {
      terminated += 1;
      connection.ws.terminate();
      return;
    }
    connection.isPongDue = true;
    connection.ws.ping();
  }

  function onPing(): void {
    if (cancelPing !== nothing) return;
    const due = [...connections];
    const judge = (): void => {
      for (const connection of due.splice(0, CONNECTIONS_PER_TURN)) {
        if (connections.has(connection)) checkLiveness(connection);
      }
      cancelPing = due.length > 0 ? timers.setImmediate(judge) : nothing;
    };
    // After a stall of our own the pongs wait to be read: a whole turn of the loop comes first.
    cancelPing = timers.setImmediate(() => {
      cancelPing = timers.setImmediate(judge);
    });
  }

  function onBeat(): void {
    // The last beat is still on its way round: this one would only come on top.
    if (cancelBeat !== nothing) return;
    visit([...connections]);
  }

  /** In slices, so that ten thousand heartbeats do not hold the event loop in one piece. */
  function visit(due: Connection[]): void {
    for (const connection of due.splice(0, CONNECTIONS_PER_TURN)) {
      if (!connections.has(connection)) continue;
      if (!connection.isStillGood()) connection.port.close('notAllowed');
      else connection.session.onBeat();
    }
    cancelBeat = due.length > 0 ? timers.setImmediate(() => visit(due)) : nothing;
  }

  function handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upgrade = judgeUpgrade(req, guard);
    if (!upgrade.ok) return refuseUpgrade(socket, upgrade);
    if (isStopping) return refuseUpgrade(socket, STOPPING);
    const address = req.socket.remoteAddress ?? 'unknown';
    const entry = admission.enter(address);
    if (entry !== 'admitted') {
      refuseUpgrade(socket, entry === 'full' ? FULL : ADDRESS_FULL);
      return;
    }
    const seat = createSeat(organisms);
    // The raw socket's end is the one event that comes whatever happens in between.
    socket.once('close', () => {
      admission.leave(address);
      seat.leave();
    });
    void letIn({ req, socket, head }, upgrade, seat);
  }

  /** Never rejects. */
  async function letIn(
    { req, socket, head }: { req: IncomingMessage; socket: Duplex; head: Buffer },
    upgrade: Upgrade,
    seat: Seat,
  ): Promise<void> {
    // Nobody else listens while the organism is read.
    const destroy = (): void => void socket.destroy();
    socket.on('error', destroy);
    const verdict = await judgeOrganism(upgrade, seat);
    socket.off('error', destroy);
    if (verdict === null) destroy();
    else if ('status' in verdict) refuseUpgrade(socket, verdict);
    else server.handleUpgrade(req, socket, head, (ws) => connect(ws, socket, verdict));
  }

  /** How to open the socket, or why not; null when it has gone. Never rejects. */
  async function judgeOrganism(upgrade: Upgrade, seat: Seat): Promise<Admitted | Refusal | null> {
    try {
      const open = await sessionFor(upgrade, seat);
      if (open === undefined) return null;
      if (open === null) return organismNotFound(upgrade.organism);
      return isStopping ? STOPPING : { open, isStillGood: upgrade.isStillGood };
    } catch (error) {
      log.warn({ err: error }, 'an organism could not be read for a live socket');
      return UNREADABLE;
    }
  }

  return {
    start() {
      if (releases.length > 0) return;
      releases = [
        timers.setInterval(onBeat, LIVE_HEARTBEAT_MS),
        timers.setInterval(onPing, deps.pingMs),
        organisms.onPublish((publication) => {
          channels.get(publication.organismId)?.publish(publication);
        }),
        organisms.onPutAway((organismId) => {
          channels.get(organismId)?.stop();
          channels.delete(organismId);
        }),
      ];
    },
    async stop() {
      isStopping = true;
      for (const release of releases) release();
      releases = [];
      cancelBeat();
      cancelPing();
      for (const channel of channels.values()) channel.stop();
      await Promise.all([...connections].map(({ ws, port }) => closed(ws, port)));
    },
    handleUpgrade,
    watchers: () => connections.size,
    counters: () => ({
      open: connections.size,
      refused: admission.refused,
      slow,
      resets,
      terminated,
      writes: sent.writes,
      sentBytes: sent.bytes,
    }),
  };
}

const STOPPING: Refusal = {
  ok: false,
  status: 503,
  detail: 'The server is stopping',
  headers: { 'retry-after': RETRY_AFTER_SECONDS },
};
const UNREADABLE = { ...STOPPING, detail: 'The organism cannot be read now' };
const FULL = { ...STOPPING, detail: 'Too many sockets are open' };
const ADDRESS_FULL = {
  ...STOPPING,
  status: 429,
  detail: 'Too many sockets are open from this address',
};

function closed(ws: WebSocket, port: SocketPort): Promise<void> {
  return new Promise((resolve) => {
    ws.once('close', () => resolve());
    port.close('stopping');
  });
}

function nothing(): void {}
