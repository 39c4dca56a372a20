import http from 'node:http';

import type { LabMoney } from './money.ts';
import { answerMoney } from './money.ts';

/** An artificial Coder deployment: the AI Bridge's reads over sessions that a test or a story puts there. */

export interface LabCoderSession {
  readonly id: string;
  readonly initiator: { readonly id: string; readonly username: string };
  readonly last_active_at: string;
  readonly threads: readonly { readonly id: string }[];
  readonly [field: string]: unknown;
}

export interface LabCoder {
  start(): Promise<{ url: string }>;
  stop(): Promise<void>;
  /** Adds a session, or replaces the one with its id and initiator. */
  put(session: LabCoderSession): void;
  readonly requests: { readonly url: string; readonly headers: http.IncomingHttpHeaders }[];
  /** Under which of its two names the API answers. */
  prefix: string;
  /** Answers everything with this instead, while it is set. */
  refusal: { status: number; body: object } | null;
  /** Answers paths that end so with this instead, asking to come again after so many seconds. */
  refuses(path: string, answer: { status: number; body: object }, retryAfter?: string): void;
  /** Threads in a page, however many are asked for. */
  mostThreads: number;
  /** What groups and people may spend; null: a deployment without budgets. */
  money: LabMoney | null;
  /** The token may not look at money. */
  hidesMoney: boolean;
  /** What the deprecated list of requests has; null: it is gone. */
  interceptions: readonly object[] | null;
  /** Asked for a session, it has the threads of all that share its id, as the versions read do. */
  mixesNamesakes: boolean;
  /** The next page that goes on from a cursor finds that its session is gone. */
  losesCursor: boolean;
  /** What can be searched by; other words are refused. */
  searchKeys: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createLabCoder(options: { port?: number } = {}): LabCoder {
  let sessions: LabCoderSession[] = [];
  const refusals = new Map<string, Answer>();

  const server = http.createServer((request, response) => {
    lab.requests.push({ url: request.url ?? '', headers: request.headers });
    const asked = new URL(request.url ?? '/', 'http://lab');
    const { status, body, headers }: Answer = lab.refusal ?? answer(asked);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });

  function answer(url: URL): Answer {
    const path = url.pathname;
    const refused = [...refusals].find(([end]) => path.endsWith(end));
    if (refused !== undefined) return refused[1];
    if (lab.hidesMoney && !path.startsWith(`${lab.prefix}/`)) {
      return { status: 403, body: { message: 'Forbidden.' } };
    }
    const money = answerMoney(url, lab.money);
    if (money !== null) return money;
    if (!path.startsWith(`${lab.prefix}/`)) return { status: 404, body: { message: 'Not found.' } };
    const [, collection, id] = path.slice(lab.prefix.length).split('/');
    if (collection === 'interceptions' && lab.interceptions !== null) {
      const results = lab.interceptions;
      return { status: 200, body: { count: results.length, results } };
    }
    if (collection !== 'sessions') return { status: 404, body: { message: 'Not found.' } };
    return id === undefined ? list(url.searchParams) : detail(decodeURIComponent(id), url);
  }

  function list(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 100);
    const after = query.get('after_session_id');
    const found = search(query.get('q') ?? '');
    if (found === null) {
      return { status: 400, body: { message: 'Invalid session search query.', validations: [] } };
    }
    const offset = Number(query.get('offset') ?? 0);
    const start = after === null ? offset : found.findIndex(({ id }) => id === after) + 1;
    if (after !== null && (lab.losesCursor || start === 0)) {
      lab.losesCursor = false;
      return { status: 400, body: { message: 'Query parameter has invalid value.' } };
    }
    const page = found.slice(start, start + limit);
    return {
      status: 200,
      body: {
        count: found.length,
        sessions: page.map((session) => ({ ...session, threads: session.threads.length })),
      },
    };
  }

  /** Null: it holds something else than quoted terms of a known key. */
  function search(query: string): readonly LabCoderSession[] | null {
    const terms = [...query.matchAll(/(\w+):"([^"]*)"/g)];
    if (query.replaceAll(/\w+:"[^"]*"/g, '').trim() !== '') return null;
    let found: readonly LabCoderSession[] = sessions;
    for (const [, key, value = ''] of terms) {
      if (key === undefined || !lab.searchKeys.includes(key)) return null;
      found = found.filter((session) => {
        const startedAt = Date.parse(String(session['started_at']));
        if (key === 'started_after') return startedAt > Date.parse(value);
        if (key === 'started_before') return startedAt < Date.parse(value);
        return session.id === value;
      });
    }
    return found;
  }

  function detail(id: string, url: URL): Answer {
    const [session, ...others] = sessions.filter((each) => each.id === id);
    if (session === undefined) return { status: 404, body: { message: 'Session not found.' } };
    const after = url.searchParams.get('after_id');
    const limit = Math.min(lab.mostThreads, Number(url.searchParams.get('limit') ?? 50));
    if (Number(url.searchParams.get('limit')) > 200) {
      return { status: 400, body: { message: 'Invalid limit query parameter.' } };
    }
    // Threads are found by the session's id alone, whoever's they are.
    const namesakes = lab.mixesNamesakes ? others : [];
    const threads = [session, ...namesakes].flatMap((each) => each.threads);
    const start = threads.findIndex((thread) => thread.id === after) + 1;
    return { status: 200, body: { ...session, threads: threads.slice(start, start + limit) } };
  }

  const lab: LabCoder = {
    requests: [],
    prefix: '/api/v2/aibridge',
    refusal: null,
    money: null,
    hidesMoney: false,
    interceptions: null,
    mixesNamesakes: true,
    mostThreads: 200,
    losesCursor: false,
    searchKeys: ['started_after', 'started_before', 'session_id'],
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port ?? 0, '127.0.0.1', resolve);
      });
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      return { url: `http://127.0.0.1:${port}` };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    refuses: (path, refused, retryAfter) => {
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      refusals.set(path, { ...refused, headers });
    },
    put(session) {
      const isOther = (each: LabCoderSession): boolean =>
        each.id !== session.id || each.initiator.id !== session.initiator.id;
      sessions = [...sessions.filter(isOther), session].toSorted((a, b) =>
        b.last_active_at.localeCompare(a.last_active_at),
      );
    },
  };
  return lab;
}
