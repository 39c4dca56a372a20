/** Sends events as fast as they are taken, from a process of its own. Its last line is the result. */
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

import { WebSocket } from 'ws';

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

interface Plan {
  readonly url: URL;
  readonly batch: number;
  readonly connections: number;
  readonly events: number;
}

/** Told of each answer's body, which is read into again afterwards, and of the time it took. */
type OnAnswer = (body: Buffer, ms: number) => void;

const PATH = '/api/v1/events?source=load';
const LINES_TYPE = 'application/x-ndjson';

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

/** Answers are a few hundred bytes; whoever answers more at once is not our server. */
const ANSWER_BYTES = 1 << 16;
const HEAD_END = Buffer.from('\r\n\r\n');
const OK = Buffer.from('HTTP/1.1 200');
const LENGTH = Buffer.from('content-length: ');

/** One connection: sends a request, waits for its whole answer, sends the next. */
function runConnection(url: URL, next: () => Buffer | undefined, onAnswer: OnAnswer) {
  return new Promise<void>((resolve, reject) => {
    let sentAt = 0;
    let answer: Buffer = NOTHING;
    const send = (): void => {
      const request = next();
      if (request === undefined) {
        socket.end();
        return resolve();
      }
      sentAt = performance.now();
      socket.write(request);
    };
    const take = (chunk: Buffer): boolean => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const head = answer.indexOf(HEAD_END);
      if (head === -1) return true;
      const body = answer.subarray(head + HEAD_END.length);
      if (body.length < contentLength(answer)) return true;
      if (answer.compare(OK, 0, OK.length, 0, OK.length) !== 0) {
        reject(new Error(answer.toString()));
        return false;
      }
      onAnswer(body, performance.now() - sentAt);
      answer = NOTHING;
      send();
      return true;
    };
    // The buffer is read into again: what is not whole yet must be kept elsewhere.
    const buffer = Buffer.allocUnsafe(ANSWER_BYTES);
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer,
        callback(bytes) {
          const isGoingOn = take(buffer.subarray(0, bytes));
          if (answer.length > 0) answer = Buffer.from(answer);
          return isGoingOn;
        },
      },
    });
    socket.once('error', reject);
    socket.once('connect', send);
  });
}
const NOTHING = Buffer.alloc(0);

/** What our server and its control write; they end their answers with the body. */
function contentLength(answer: Buffer): number {
  const at = answer.indexOf(LENGTH);
  return at === -1 ? 0 : numberAt(answer, at + LENGTH.length);
}

/** The digits from there on. */
function numberAt(text: Buffer, from: number): number {
  let value = 0;
  for (let at = from; ; at += 1) {
    const digit = (text[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}

function loadHttp(plan: Plan): Promise<PushLoad> {
  const head = `POST ${PATH} HTTP/1.1\r\nhost: ${plan.url.host}\r\ncontent-type: ${LINES_TYPE}\r\n`;
  const requests = writeBatches(plan, '\n').map((lines) =>
    Buffer.from(`${head}content-length: ${Buffer.byteLength(lines)}\r\n\r\n${lines}`),
  );
  return measure((onAnswer) => {
    let sent = 0;
    const next = () => requests[sent++];
    return Promise.all(
      Array.from({ length: plan.connections }, () => runConnection(plan.url, next, onAnswer)),
    );
  });
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
    socket.on('message', (data: Buffer) => {
      onAnswer(data, performance.now() - (sentAt.shift() ?? 0));
      send();
      if (isEmpty && sentAt.length === 0) {
        socket.close();
        resolve();
      }
    });
    socket.once('error', reject);
    socket.once('open', () => {
      for (let i = 0; i < WINDOW; i += 1) send();
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
    'warm-up': { type: 'string', default: '0' },
  },
});
const plan: Plan = {
  url: new URL(values.url),
  batch: Number(values.batch),
  connections: Number(values.connections),
  events: Number(values.events),
};
const load = values.mode === 'socket' ? loadSocket : loadHttp;
// Not measured: a server is no longer compiling itself when it is busy.
const warmUp = Number(values['warm-up']);
if (warmUp > 0) await load({ ...plan, events: warmUp });
const found = await load(plan);
// Standard error is what a program of ours is remembered by.
console.error(JSON.stringify(found));
