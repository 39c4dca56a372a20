import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import { createRandom } from '#lab/agentserver/random.ts';

import { createAnswerStream } from './answer-stream.ts';
import type { LabCall } from './call.ts';
import { createPacing } from './pacing.ts';
import type { LabReply } from './replies.ts';
import { CAPABILITIES, healthOf, jobsAt, MODELS, refusal } from './replies.ts';
import type { RunHall } from './run-hall.ts';
import { createRunHall } from './run-hall.ts';
import { createRunRoutes } from './run-routes.ts';
import type { LabSessions } from './sessions.ts';
import { createLabSessions } from './sessions.ts';

export interface LabHermesOptions {
  readonly profile?: 'base' | 'newer';
  readonly key?: string | undefined;
  readonly seed?: number;
  readonly host?: string;
  readonly port?: number;
  /** Milliseconds between the events of a run; null: a test emits them itself. */
  readonly paceMs?: number | null;
}

/** An artificial Hermes API server, with the limits of the real one. */
export interface LabHermes {
  start(): Promise<{ url: string }>;
  stop(): Promise<void>;
  readonly hall: RunHall;
  readonly sessions: LabSessions;
  /** Every request so far, newest last. */
  readonly requests: readonly LabRequest[];
  /** Answers the next requests of a path so. */
  failNext(path: string, reply: LabReply, times?: number): void;
  readonly connections: number;
  /** Answers stop after their first block. */
  holdsAnswers: boolean;
  /** Answers whose reader hung up. */
  interrupted: number;
}

interface LabRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

const MAX_BODY_BYTES = 1_000_000;
const MAX_REQUESTS = 10_000;

export function createLabHermes(options: LabHermesOptions = {}): LabHermes {
  const { profile = 'newer', key, seed = 7, host = '127.0.0.1', port = 0, paceMs = 200 } = options;
  const isNewer = profile === 'newer';
  const random = createRandom(seed);
  const hall = createRunHall(() => `run_${random.uuid().replaceAll('-', '')}`);
  const sessions = createLabSessions(random);
  const requests: LabRequest[] = [];
  const failures = new Map<string, { reply: LabReply; left: number }>();
  const jobs = jobsAt(Date.now());
  const pacing = createPacing();
  const runs = createRunRoutes({ hall, random, isNewer, pacing, paceMs });
  const streamAnswer = createAnswerStream({
    random,
    hasKey: key !== undefined,
    pacing,
    paceMs,
    isHeld: () => lab.holdsAnswers,
    onInterrupted: () => (lab.interrupted += 1),
  });
  let connections = 0;

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('close', () => (connections -= 1));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await answer(request, response);
    if (reply !== null) write(response, reply);
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<LabReply | null> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://lab');
    const { pathname: path } = url;
    if (requests.length < MAX_REQUESTS) requests.push({ method, path, headers });
    if (headers.origin !== undefined) return { status: 403, body: null };
    const failure = failures.get(path);
    if (failure !== undefined && failure.left > 0) {
      failure.left -= 1;
      return failure.reply;
    }
    const isOpen = path === '/health' || path === '/v1/health';
    if (!isOpen && key !== undefined && headers.authorization !== `Bearer ${key}`) {
      return refusal(401, 'Invalid API key', 'invalid_api_key');
    }
    if (Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
      return refusal(413, 'Request body too large.', 'body_too_large');
    }
    const body = method === 'POST' ? await readBody(request) : null;
    const session = String(headers['x-hermes-session-id'] ?? '');
    return route(`${method} ${path}`, { path, query: url.searchParams, body, response, session });
  }

  function route(line: string, call: LabCall): LabReply | null {
    switch (line) {
      case 'GET /health':
      case 'GET /v1/health':
        return { status: 200, body: { status: 'ok', platform: 'hermes-agent' } };
      case 'GET /health/detailed':
        return { status: 200, body: healthOf(isNewer, hall.streams) };
      case 'GET /v1/models':
        return { status: 200, body: MODELS };
      case 'GET /api/jobs':
        return { status: 200, body: jobs };
      case 'POST /v1/runs':
        return runs.start(call);
      case 'POST /v1/chat/completions':
        return streamAnswer('chat', call);
      case 'POST /v1/responses':
        return streamAnswer('responses', call);
    }
    if (line === 'GET /v1/capabilities' && isNewer) return { status: 200, body: CAPABILITIES };
    const [, runId = '', verb] = /^\/v1\/runs\/([^/]+)(?:\/(\w+))?$/.exec(call.path) ?? [];
    if (runId !== '') return runs.answer(runId, verb ?? '', call);
    if (isNewer && call.path.startsWith('/api/sessions')) return sessionReply(sessions, call);
    return refusal(404, 'Not found');
  }

  const lab: LabHermes = {
    holdsAnswers: false,
    interrupted: 0,
    hall,
    sessions,
    requests,
    get connections() {
      return connections;
    },
    failNext(path, reply, times = 1) {
      failures.set(path, { reply, left: times });
    },
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          const bound = typeof address === 'object' && address !== null ? address.port : port;
          resolve({ url: `http://${host}:${bound}` });
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        pacing.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return lab;
}

function sessionReply(sessions: LabSessions, { path, query }: LabCall): LabReply {
  const limit = Math.min(200, Number(query.get('limit') ?? 50));
  const offset = Number(query.get('offset') ?? 0);
  const [, id = ''] = /^\/api\/sessions\/([^/]+)\/messages$/.exec(path) ?? [];
  const rows = id === '' ? sessions.list() : sessions.messages(decodeURIComponent(id)).toReversed();
  const data = rows.slice(offset, offset + limit);
  return { status: 200, body: { object: 'list', data, has_more: offset + limit < rows.length } };
}

function write(response: ServerResponse, { status, body, headers }: LabReply): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === null ? '' : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
