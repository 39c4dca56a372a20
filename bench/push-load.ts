/** Sends events as fast as they are taken, from a process of its own. Its last line is the result. */
import { parseArgs } from 'node:util';

import { WebSocket } from 'ws';

import { createRandom } from '#lab/agentserver/random.ts';

import type { ModelstatForm } from './modelstat-batches.ts';
import { createModelstatBatches } from './modelstat-batches.ts';
import type { OnAnswer } from './push-connection.ts';
import { numberAt, runConnection } from './push-connection.ts';
import { createPushEvents } from './push-events.ts';

/** What a run of the load found. */
export interface PushLoad {
  readonly events: number;
  readonly elapsedMs: number;
  /** From the last byte of a request to its answer, sorted. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
}

/** What is sent: events of ours over HTTP or a socket, batches of the modelstat SDK in its two forms. */
export type PushMode = 'lines' | 'socket' | 'modelstat' | 'modelstat-raw';

interface Plan {
  readonly url: URL;
  readonly batch: number;
  readonly connections: number;
  readonly events: number;
  /** Between two requests of a connection, on average; 0: as soon as the last one is answered. */
  readonly everyMs: number;
}

const PATH = '/api/v1/events?source=load';

/** Everything is written out before the clock starts: what is measured is the server. */
function writeBatches({ events, batch }: Plan, separator: string): string[] {
  const batches: string[] = [];
  let lines: string[] = [];
  for (const event of createPushEvents(crypto.randomUUID().slice(0, 8), events)) {
    lines.push(event);
    if (lines.length < batch) continue;
    batches.push(lines.join(separator));
    lines = [];
  }
  if (lines.length > 0) batches.push(lines.join(separator));
  return batches;
}

interface Posts {
  readonly path: string;
  readonly type: string;
  readonly bodies: readonly string[];
}

function loadHttp(plan: Plan, { path, type, bodies }: Posts): Promise<PushLoad> {
  const { url, connections, everyMs } = plan;
  const head = `POST ${path} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: ${type}\r\n`;
  const requests = bodies.map((body) =>
    Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
  );
  return measure((onAnswer) => {
    let sent = 0;
    const random = createRandom(7);
    // Programs do not keep step with each other.
    const next = () => {
      const request = requests[sent++];
      const afterMs = everyMs === 0 ? 0 : random.int(everyMs / 2, everyMs * 1.5);
      return request === undefined ? undefined : { request, afterMs };
    };
    return Promise.all(
      Array.from({ length: connections }, () => runConnection(url, next, onAnswer)),
    );
  });
}

function loadLines(plan: Plan): Promise<PushLoad> {
  const bodies = writeBatches(plan, '\n');
  return loadHttp(plan, { path: PATH, type: 'application/x-ndjson', bodies });
}

function loadModelstat(plan: Plan, path: string, form: ModelstatForm): Promise<PushLoad> {
  const device = `dev_${crypto.randomUUID().slice(0, 8)}`;
  const bodies = createModelstatBatches(form, { ...plan, device });
  return loadHttp(plan, { path, type: 'application/json', bodies });
}

function loadSocket(plan: Plan): Promise<PushLoad> {
  const frames = writeBatches(plan, ',').map((events) => Buffer.from(`[${events}]`));
  let sent = 0;
  return measure((onAnswer) =>
    Promise.all(
      Array.from({ length: plan.connections }, () =>
        runSocket(plan, () => frames[sent++], onAnswer),
      ),
    ),
  );
}

/** Frames sent ahead of their answers. */
const WINDOW = 8;

function runSocket(
  { url }: Plan,
  next: () => Buffer | undefined,
  onAnswer: OnAnswer,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${url.host}/ws/ingest?source=load`);
    const sentAt: number[] = [];
    let isEmpty = false;
    const send = (): void => {
      const frame = next();
      isEmpty ||= frame === undefined;
      if (frame === undefined) return;
      sentAt.push(performance.now());
      socket.send(frame, { binary: false });
    };
    const endIfDone = (): void => {
      if (!isEmpty || sentAt.length > 0) return;
      socket.close();
      resolve();
    };
    socket.on('message', (data: Buffer) => {
      onAnswer(data, performance.now() - (sentAt.shift() ?? 0));
      send();
      endIfDone();
    });
    socket.once('error', reject);
    socket.once('open', () => {
      for (let i = 0; i < WINDOW; i += 1) send();
      // The others may have taken all there is before this one was open.
      endIfDone();
    });
  });
}

const ACCEPTED = Buffer.from('"accepted":');

async function measure(run: (onAnswer: OnAnswer) => Promise<unknown>): Promise<PushLoad> {
  const times: number[] = [];
  let events = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await run((body, ms) => {
    times.push(ms);
    const accepted = body.indexOf(ACCEPTED);
    if (accepted !== -1) events += numberAt(body, accepted + ACCEPTED.length);
  });
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { events, elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99), cpuMs: (user + system) / 1000 };
}

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: '' },
    mode: { type: 'string', default: 'lines' },
    batch: { type: 'string', default: '500' },
    connections: { type: 'string', default: '4' },
    events: { type: 'string', default: '200000' },
    every: { type: 'string', default: '0' },
    'warm-up': { type: 'string', default: '0' },
  },
});
const plan: Plan = {
  url: new URL(values.url),
  batch: Number(values.batch),
  connections: Number(values.connections),
  events: Number(values.events),
  everyMs: Number(values.every),
};
const LOADS: Readonly<Record<string, (of: Plan) => Promise<PushLoad>>> = {
  lines: loadLines,
  socket: loadSocket,
  modelstat: (of) => loadModelstat(of, '/v1/ingest', 'excerpt'),
  'modelstat-raw': (of) => loadModelstat(of, '/v1/ingest/raw', 'raw'),
} satisfies Record<PushMode, (of: Plan) => Promise<PushLoad>>;
const load = LOADS[values.mode];
if (load === undefined) {
  const expected = Object.keys(LOADS).join(', ');
  throw new RangeError(`--mode: expected one of ${expected}, got "${values.mode}"`);
}
// Not measured: a server is no longer compiling itself when it is busy.
const warmUp = Number(values['warm-up']);
if (warmUp > 0) await load({ ...plan, events: warmUp, everyMs: 0 });
const found = await load(plan);
// Standard error is what a program of ours is remembered by.
console.error(JSON.stringify(found));
