import http from 'node:http';
import https from 'node:https';

import { MAX_JSON_DEPTH } from '#server/ingest/limits.ts';

import type { ControlOutcome, UnreadableInput } from '../source.ts';
import { parseJson } from './parse-json.ts';
import type { UpstreamUrl } from './upstream-url.ts';
import { guardedLookup } from './upstream-url.ts';

/** A page of 100 messages with large payloads stays below; an endless body does not. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
const MAX_SAID_CHARS = 500;
/** A source reads a handful of things at once and must not crowd its upstream. */
const MAX_SOCKETS = 4;
/** An answer wraps entities in a list in an object. */
const BODY_LIMITS = {
  maxBytes: MAX_BODY_BYTES,
  maxDepth: MAX_JSON_DEPTH + 4,
  // A list's row is refused for it, not the page.
  areBareWordsText: true,
};

export type RestErrorCode =
  /** No answer: refused, reset, timed out, or this client was closed. */
  | 'unreachable'
  /** An answer that is no success: `status` says which. */
  | 'status'
  /** A success whose body is too large, too deep or no JSON: `reject` says which. */
  | 'unreadable';

export class RestError extends Error {
  readonly code: RestErrorCode;
  readonly status: number | null;
  readonly reject: UnreadableInput | null;
  /** The beginning of an answer that was no success: for telling refusals apart, never shown. */
  readonly said: string;
  /** How long the upstream asks us to wait; null when it does not say. */
  readonly retryAfterMs: number | null;
  constructor(
    code: RestErrorCode,
    message: string,
    more: {
      status?: number;
      reject?: UnreadableInput;
      said?: string;
      retryAfterMs?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'RestError';
    this.code = code;
    this.status = more.status ?? null;
    this.reject = more.reject ?? null;
    this.said = more.said ?? '';
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}

export type Query = Readonly<Record<string, string | number>>;

export interface RestClient {
  /** Reads one JSON answer. @throws RestError */
  get(path: string, query?: Query): Promise<unknown>;
  /** Sends one POST, once, with the key. Never throws: what cannot be known is `unknown`. */
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ControlOutcome>;
  /** Cuts what is under way. */
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | null;
}

export function createRestClient(options: {
  url: UpstreamUrl;
  apiKey?: string | undefined;
  source: string;
  timeoutMs?: number | undefined;
  /** In front of every path. */
  prefix?: string;
  /** Sent with readings; an AgentServer's need none. */
  readingHeaders?: Readonly<Record<string, string>>;
}): RestClient {
  const { url, apiKey, source, timeoutMs = TIMEOUT_MS, prefix = '/api/v1' } = options;
  const isTls = url.rest('/').protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = isTls ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  const closing = new AbortController();
  const readingHeaders = {
    accept: 'application/json',
    ...options.readingHeaders,
  };

  function request(target: URL, init: http.RequestOptions, body?: string): Promise<Answer> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
    return send(target, { ...init, signal, lookup: guardedLookup }, body);
  }

  return {
    async get(path, query) {
      const target = url.rest(`${prefix}${path}`, query);
      let answer: Answer;
      try {
        answer = await request(target, { agent, headers: readingHeaders });
      } catch (error) {
        throw asRestError(error, path);
      }
      // Redirects too: following one would let an upstream choose what this machine dials.
      if (answer.status !== 200) {
        throw new RestError('status', `GET ${path} answered ${answer.status}`, {
          status: answer.status,
          said: answer.text.slice(0, MAX_SAID_CHARS),
          retryAfterMs: answer.retryAfterMs,
        });
      }
      const parsed = parseJson(answer.text, { source: `${source} GET ${path}`, ...BODY_LIMITS });
      if (parsed.ok) return parsed.value;
      throw new RestError('unreadable', parsed.reject.detail, { reject: parsed.reject });
    },

    async post(path, body, more) {
      const headers: Record<string, string> = { ...more, 'content-type': 'application/json' };
      if (apiKey !== undefined) headers['authorization'] = `Bearer ${apiKey}`;
      const text = body === undefined ? '' : JSON.stringify(body);
      headers['content-length'] = String(Buffer.byteLength(text));
      let isConnected = false;
      try {
        // A connection of its own: a kept one may be closing, and then nobody knows what arrived.
        const onConnect = () => (isConnected = true);
        const answer = await request(
          url.rest(`${prefix}${path}`),
          { method: 'POST', agent: false, headers, ...connectHook(onConnect) },
          text,
        );
        const parsed = parseJson(answer.text, { source, ...BODY_LIMITS });
        return {
          kind: 'answered',
          status: answer.status,
          body: parsed.ok ? parsed.value : answer.text.slice(0, 2000),
        };
      } catch (error) {
        const reason = describeFailure(error);
        return isConnected ? { kind: 'unknown', reason } : { kind: 'not-sent', reason };
      }
    },

    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

interface HookedOptions extends http.RequestOptions {
  onConnect?: (() => void) | undefined;
}

function connectHook(onConnect: () => void): HookedOptions {
  return { onConnect };
}

function send(target: URL, init: HookedOptions, body: string | undefined): Promise<Answer> {
  const { onConnect, ...options } = init;
  const transport = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = transport.request(target, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_BODY_BYTES) chunks.push(chunk);
        else request.destroy(new BodyTooLargeError());
      });
      response.on('error', reject);
      response.on('end', () => {
        const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          retryAfterMs: seconds >= 0 ? seconds * 1000 : null,
        });
      });
    });
    if (onConnect !== undefined) {
      request.on('socket', (socket) => socket.once('connect', onConnect));
    }
    request.on('error', reject);
    request.end(body);
  });
}

class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

function asRestError(error: unknown, path: string): RestError {
  if (error instanceof BodyTooLargeError) {
    const detail = `GET ${path}: the body must be at most ${MAX_BODY_BYTES} bytes`;
    return new RestError('unreadable', detail, {
      reject: { reason: 'too-large', detail, sample: '' },
    });
  }
  return new RestError('unreachable', describeFailure(error), { cause: error });
}

/** Names the failure by its code: the text of system errors holds addresses. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return 'no answer in time';
  if (error.name === 'AbortError') return 'this source was stopped';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'connection reset',
    ENOTFOUND: 'no such host',
    ETIMEDOUT: 'no answer in time',
    EHOSTUNREACH: 'host unreachable',
  };
  return words[code] ?? `request failed (${code})`;
}
