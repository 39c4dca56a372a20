import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import { createRandom } from '#lab/agentserver/random.ts';

import type { AnswerForm } from './answers.ts';
import { tellAnswer } from './answers.ts';
import type { LabReply } from './replies.ts';
import { CAPABILITIES, healthOf, jobsAt, MODELS, refusal } from './replies.ts';
import type { LabRun, RunHall } from './run-hall.ts';
import { createRunHall } from './run-hall.ts';
import type { LabSessions } from './sessions.ts';
import { createLabSessions } from './sessions.ts';
import { tellRun } from './story.ts';

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
  const timers = new Set<NodeJS.Timeout>();
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

  function route(
    line: string,
    call: {
      path: string;
      query: URLSearchParams;
      body: string | null;
      response: ServerResponse;
      session: string;
    },
  ): LabReply | null {
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
        return startRun(call.body ?? '');
      case 'POST /v1/chat/completions':
        return answerIn('chat', call);
      case 'POST /v1/responses':
        return answerIn('responses', call);
    }
    if (line === 'GET /v1/capabilities' && isNewer) return { status: 200, body: CAPABILITIES };
    const [, runId = '', verb] = /^\/v1\/runs\/([^/]+)(?:\/(\w+))?$/.exec(call.path) ?? [];
    if (runId !== '') return runReply(runId, verb ?? '', call);
    if (isNewer && call.path.startsWith('/api/sessions')) return sessionReply(call);
    return refusal(404, 'Not found');
  }

  function startRun(text: string): LabReply {
    const body = parse(text);
    if (body === null) return refusal(400, 'Invalid JSON');
    if (!('input' in body)) return refusal(400, "Missing 'input' field");
    const session = 'session_id' in body ? body.session_id : '';
    const run = hall.open(typeof session === 'string' ? session : '');
    if (run === null) {
      return refusal(429, 'Too many concurrent runs (max 10)', 'rate_limit_exceeded');
    }
    if (paceMs !== null) {
      const input = JSON.stringify(body.input);
      play(run, tellRun(random, { isNewer, input }), paceMs);
    }
    const started = { run_id: run.id, status: 'started' };
    return { status: 202, body: isNewer ? { ...started, replayed: false } : started };
  }

  /** Streams an answer; whoever hangs up interrupts it. */
  function answerIn(
    form: AnswerForm,
    { body, response, session }: { body: string | null; response: ServerResponse; session: string },
  ): LabReply | null {
    const asked = parse(body ?? '');
    const needed = form === 'chat' ? 'messages' : 'input';
    if (asked === null) return refusal(400, 'Invalid JSON');
    if (!(needed in asked)) return refusal(400, `Missing '${needed}' field`);
    if (session !== '' && key === undefined) return refusal(403, 'Sessions need an API key');
    const sessionId =
      session === '' ? `api-${random.uuid().replaceAll('-', '').slice(16)}` : session;
    const headers = { 'content-type': 'text/event-stream', 'x-hermes-session-id': sessionId };
    response.writeHead(200, headers);
    response.flushHeaders();
    response.on('close', () => {
      if (!response.writableFinished) lab.interrupted += 1;
    });
    write(tellAnswer(random, form));
    return null;

    function write([block, ...rest]: readonly string[]): void {
      if (block === undefined) return void response.end();
      response.write(block);
      if (lab.holdsAnswers) return;
      if (paceMs === null) return write(rest);
      const timer = setTimeout(() => {
        timers.delete(timer);
        write(rest);
      }, paceMs);
      timers.add(timer);
    }
  }

  function play(run: LabRun, events: readonly Record<string, unknown>[], gapMs: number): void {
    const [event, ...rest] = events;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (run.isEnded) return;
      if (event === undefined) return hall.finish(run);
      hall.emit(run, { ...event, timestamp: Date.now() / 1000 });
      if (event['event'] === 'approval.request') run.onApproval = () => play(run, rest, gapMs);
      else play(run, rest, gapMs);
    }, gapMs);
    timers.add(timer);
  }

  function runReply(
    runId: string,
    verb: string,
    { body, response }: { body: string | null; response: ServerResponse },
  ): LabReply | null {
    const missing = refusal(404, `Run not found: ${runId}`, 'run_not_found');
    if (verb === 'events') return hall.attach(runId, response) ? null : missing;
    const run = hall.find(runId);
    if (run === undefined || !isNewer) return missing;
    const { sessionId, status } = run;
    switch (verb) {
      case 'stop':
        if (run.isEnded) return refusal(409, 'Run is not active', 'run_not_active');
        hall.emit(run, { event: 'run.cancelled', timestamp: Date.now() / 1000 });
        hall.finish(run);
        return { status: 200, body: { run_id: runId, status: 'stopping' } };
      case 'approval':
        return approve(run, parse(body ?? ''));
      case 'steer':
        if (run.isEnded) return refusal(409, 'Run takes no steering', 'run_not_accepting_steer');
        if (typeof { input: null, ...parse(body ?? '') }.input !== 'string') {
          return refusal(400, 'Invalid input', 'invalid_steer_input');
        }
        return { status: 200, body: { object: 'hermes.run.steer', run_id: runId, accepted: true } };
      case '': {
        const { output, usage, asked } = run;
        const facts = { object: 'hermes.run', run_id: runId, status, output, usage };
        const approval = asked === null ? {} : { approval: asked };
        return { status: 200, body: { ...facts, session_id: sessionId, ...approval } };
      }
      default:
        return missing;
    }
  }

  function approve(run: LabRun, body: object | null): LabReply {
    const { choice } = { choice: '', ...body };
    if (!['once', 'session', 'always', 'deny'].includes(choice)) {
      return refusal(400, 'Invalid choice', 'invalid_approval_choice');
    }
    if (run.isEnded) return refusal(409, 'Run is not active', 'approval_not_active');
    if (run.asked === null) return refusal(409, 'Nothing is asked', 'approval_not_pending');
    const responded = { event: 'approval.responded', choice, resolved: 1 };
    hall.emit(run, { ...responded, timestamp: Date.now() / 1000 });
    run.onApproval?.();
    run.onApproval = null;
    const object = 'hermes.run.approval_response';
    return { status: 200, body: { object, run_id: run.id, choice, resolved: 1 } };
  }

  function sessionReply({ path, query }: { path: string; query: URLSearchParams }): LabReply {
    const limit = Math.min(200, Number(query.get('limit') ?? 50));
    const offset = Number(query.get('offset') ?? 0);
    const [, id = ''] = /^\/api\/sessions\/([^/]+)\/messages$/.exec(path) ?? [];
    const rows =
      id === '' ? sessions.list() : sessions.messages(decodeURIComponent(id)).toReversed();
    const data = rows.slice(offset, offset + limit);
    return { status: 200, body: { object: 'list', data, has_more: offset + limit < rows.length } };
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
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return lab;
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

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
