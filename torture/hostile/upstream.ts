import { createHash } from 'node:crypto';
import http from 'node:http';
import type { Socket } from 'node:net';

import type { Random } from '#lab/agentserver/random.ts';

import type { Defer } from '../../bench/cleanup.ts';
import type { FrameClass } from './frame-classes.ts';
import { FRAME_CLASSES } from './frame-classes.ts';
import { rawAttacks, textFrame } from './raw-attacks.ts';
import type { UsageRow } from './usage-rows.ts';

const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONNECTED = '{"event":"connected","organism":{},"agents":[],"threads":[]}';
/** So many light frames for one heavy one of each class. */
const HEAVY_TIMES = 3;
/** Written at once; more would only sit in the kernel's buffers. */
const BURST_FRAMES = 100;

/** An upstream whose every answer is an attack. */
export interface HostileUpstream {
  readonly url: string;
  /** Resolves when all has been sent. */
  readonly done: Promise<void>;
  readonly classes: number;
  /** Frames on their way or there, attacks included. */
  sent(): number;
  /** Ids of messages that must be stored. */
  readonly keptIds: readonly string[];
  /** Frames that must be refused. */
  refused(): number;
}

/** @param frames of all light classes together; the heavy ones and raw attacks come on top */
export async function startHostileUpstream(
  defer: Defer,
  options: { frames: number; rows: readonly UsageRow[]; random: Random },
): Promise<HostileUpstream> {
  const { frames, rows, random } = options;
  const plan = planFrames(frames, random);
  const attacks = rawAttacks();
  const keptIds: string[] = [];
  const sockets = new Set<Socket>();
  let sent = 0;
  let refused = 0;
  let attack = 0;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });

  function nextFrame(): Buffer | null {
    const known = plan.pop();
    if (known === undefined) return null;
    const id = `h-${sent}`;
    sent += 1;
    if (known.fate === 'kept') keptIds.push(id);
    if (known.fate === 'refused') refused += 1;
    return textFrame(known.make(id, random));
  }

  /** A part of the frames, then an attack that ends the connection. */
  async function assault(socket: Socket): Promise<void> {
    await write(socket, textFrame(CONNECTED));
    const share = Math.ceil(plan.length / Math.max(1, attacks.length - attack));
    for (let n = 0; n < share; n += BURST_FRAMES) {
      const burst = Array.from({ length: Math.min(BURST_FRAMES, share - n) }, nextFrame);
      const bytes = Buffer.concat(burst.filter((one) => one !== null));
      await write(socket, bytes);
    }
    const raw = attacks[attack];
    attack += 1;
    if (raw === undefined) return finish();
    sent += 1;
    await write(socket, raw.bytes);
    socket.end();
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://upstream');
    response.setHeader('content-type', 'application/json');
    response.end(answer(url, rows));
  });
  server.on('upgrade', (request, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
    socket.write(acceptance(request.headers['sec-websocket-key'] ?? ''));
    assault(socket).catch(() => undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  defer(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    done,
    classes: FRAME_CLASSES.length + attacks.length,
    sent: () => sent,
    keptIds,
    refused: () => refused,
  };
}

/** Classes by turns, with the heavy ones spread between. */
function planFrames(frames: number, random: Random): FrameClass[] {
  const light = FRAME_CLASSES.filter(({ isHeavy }) => isHeavy !== true);
  const heavy = FRAME_CLASSES.filter(({ isHeavy }) => isHeavy === true);
  const plan = Array.from({ length: frames }, (_, i) => light[i % light.length]).flatMap(
    (known) => known ?? [],
  );
  for (const known of heavy) {
    for (let n = 0; n < HEAVY_TIMES; n += 1) plan.splice(random.int(0, plan.length), 0, known);
  }
  return plan;
}

/** @throws Error when the connection has ended */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

function acceptance(key: string): string {
  const accept = createHash('sha1').update(`${key}${HANDSHAKE_GUID}`).digest('base64');
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade';
  return `${head}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

/** Sane enough that the source goes on reading, but for the rows. */
function answer({ pathname, searchParams }: URL, rows: readonly UsageRow[]): string {
  const limit = Number(searchParams.get('limit') ?? 100);
  const offset = Number(searchParams.get('offset') ?? 0);
  switch (pathname) {
    case '/api/v1/organism':
      return `{"name":"hostile","status":"running","uptimeSeconds":${process.uptime()},"totalMessages":0,"agentCount":-1}`;
    case '/api/v1/usage/history': {
      const page = rows.toReversed().slice(offset, offset + limit);
      return `{"events":[${page.map(({ json }) => json).join()}],"count":${page.length},"total":1e400}`;
    }
    case '/api/v1/usage/threads':
      return '{"threads":[{"threadId":"t","maxTokens":1e400,"totalTokens":-1},7,null],"count":3}';
    case '/api/v1/agents':
      return '{"agents":[{"name":["a"]},{"name":"__proto__","peers":{}},7],"count":3}';
    case '/api/v1/threads':
      return '{"threads":[{"id":null},7,{"id":"__proto__","status":"active","participants":{}}],"count":3}';
    case '/api/v1/messages':
      return '{"messages":[{"id":7,"threadId":null},"text"],"count":2}';
    default:
      return '<html>no</html>';
  }
}
