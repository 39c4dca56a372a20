import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { getRequestListener } from '@hono/node-server';

import type { Api } from './api/app.ts';
import type { EventsDoor } from './api/events-door.ts';
import type { ReceiverDoor } from './api/receiver-door.ts';
import { AppError } from './app-error.ts';
import type { Hub } from './hub/hub.ts';
import type { SocketDoor } from './ingest/socket-door.ts';
import type { Log } from './log.ts';
import type { Pages } from './pages.ts';
import type { Guard } from './safety/guard.ts';
import { isApiPath } from './safety/guard.ts';
import { DATA_HEADERS, secureHeaders } from './safety/headers.ts';
import type { Reply } from './sources/receiver.ts';
import { jsonReply } from './sources/receiver.ts';

/** A client that sends its headers or body slower than this is not one of ours. */
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 << 10,
};
/** While closing: between two looks for connections that have had their answer. */
const SWEEP_INTERVAL_MS = 20;
/** An answer that takes longer than this after the end has begun is cut off. */
const ANSWER_LIMIT_MS = 4000;

const EVENTS_PATH = '/api/v1/events';
const SENDERS_PATH = '/ws/ingest';

/** The one port: API, sockets and pages behind one guard. */
export interface HttpFront {
  /** @throws AppError `port-taken`, or `invalid-setting` for an address that is not ours */
  listen(port: number, host: string): Promise<void>;
  /** A further port that takes what upstreams post and nothing else. Throws as `listen` does. */
  listenForUpstreams(port: number, host: string): Promise<void>;
  /** The port in use; 0 before `listen`. */
  port(): number;
  /** Stops accepting, lets answers under way end, cuts what is idle or takes too long. Idempotent. */
  close(): Promise<void>;
}

export function createHttpFront(deps: {
  guard: Guard;
  api: Pick<Api, 'fetch'>;
  events: Pick<EventsDoor, 'answer'>;
  receivers: Pick<ReceiverDoor, 'has' | 'answer' | 'refuse'>;
  hub: Pick<Hub, 'handleUpgrade'>;
  senders: Pick<SocketDoor, 'handleUpgrade'>;
  pages: Pages;
  log: Log;
}): HttpFront {
  const { guard, api, events, receivers, hub, senders, pages, log } = deps;
  const answerApi = getRequestListener(api.fetch, { overrideGlobalObjects: false });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = pathOf(request);
    const direct = directAnswerOf(request, pathname);
    if (direct !== null) return end(response, await direct);
    const isApi = isApiPath(pathname);
    const verdict = isApi ? null : guard.guardRequest(request);
    if (verdict?.ok === false) {
      return end(response, jsonReply(verdict.status, { detail: verdict.detail }, verdict.headers));
    }
    secureHeaders(request, response);
    if (!isApi && !isDecodable(pathname)) {
      return end(response, jsonReply(400, { detail: 'The path has a malformed escape' }));
    }
    return isApi ? answerApi(request, response) : pages.handle(request, response);
  }

  /** Past Hono: a request of a single event costs less than its detour. Null: not one of those. */
  function directAnswerOf(request: IncomingMessage, pathname: string): Promise<Reply> | null {
    const isEvents = request.method === 'POST' && pathname === EVENTS_PATH;
    if (!isEvents && !receivers.has(request.method ?? '', pathname)) return null;
    const verdict = guard.guardRequest(request);
    if (verdict.ok) {
      return isEvents ? events.answer(request) : receivers.answer(request, pathname);
    }
    const { status, detail, headers } = verdict;
    return isEvents
      ? Promise.resolve(jsonReply(status, { detail }, headers))
      : receivers.refuse(request, pathname, verdict);
  }

  /** On a port of its own there are no pages, no API and no sockets. */
  async function answerUpstream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (receivers.has(request.method ?? '', pathOf(request))) return answer(request, response);
    return end(response, jsonReply(404, { detail: 'Not Found' }));
  }

  function serve(respond: typeof answer): http.Server {
    return http.createServer(SERVER_OPTIONS, (request, response) => {
      respond(request, response).catch((error: unknown) => {
        log.error({ err: error, path: request.url }, 'request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  const server = serve(answer);
  const further: http.Server[] = [];
  server.on('upgrade', (request, socket, head) => {
    const door = pathOf(request) === SENDERS_PATH ? senders : hub;
    door.handleUpgrade(request, socket, head);
  });
  let closing: Promise<void> | null = null;

  return {
    listen: (port, host) => listen(server, port, host),
    async listenForUpstreams(port, host) {
      const extra = serve(answerUpstream);
      await listen(extra, port, host);
      further.push(extra);
    },
    port: () => portOf(server.address()),
    close() {
      closing ??= Promise.all([server, ...further].map(close)).then(() => undefined);
      return closing;
    },
  };
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(listenError(error, port, host));
    });
    server.listen(port, host, resolve);
  });
}

function close(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that is kept alive becomes idle only after its answer.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
    const cutOff = setTimeout(() => server.closeAllConnections(), ANSWER_LIMIT_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** One write: the length is known, and the headers are a list that nobody has to make. */
function end(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = ['content-length', String(Buffer.byteLength(body))];
  response.writeHead(status, [...DATA_HEADERS, ...Object.entries(headers).flat(), ...length]);
  response.end(body);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** Pages decode what is in their path, and would fail over `%E0%A4%A`. */
function isDecodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  const cause = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new AppError(
        'port-taken',
        `port ${port} on ${host} is taken by another program; choose another with --port`,
        cause,
      );
    case 'EACCES':
      return new AppError('invalid-setting', `port ${port} needs more rights than we have`, cause);
    case 'EADDRNOTAVAIL':
      return new AppError(
        'invalid-setting',
        `--host: ${host} is not an address of this machine`,
        cause,
      );
    default:
      return error;
  }
}
