import type { IncomingMessage } from 'node:http';

import { createByteBudget } from '../ingest/byte-budget.ts';
import type { Endpoint, Receiver, Refusal, RefusedBody, Reply } from '../sources/receiver.ts';
import { jsonReply } from '../sources/receiver.ts';
import type { UnreadableInput } from '../sources/source.ts';
import type { Problem } from './problem.ts';
import { problemAnswer } from './problem.ts';
import type { RefusedBodies } from './refusal-tally.ts';
import { createRefusalTally } from './refusal-tally.ts';
import { readBody, unpack } from './request-body.ts';

/** Bodies in memory at once, of all senders together: beyond it they are told to come again. */
const MAX_HELD_BYTES = 256 << 20;

/** Where upstreams post: every endpoint of every receiver, on Node's own request. */
export interface ReceiverDoor {
  /** Whether a receiver answers there, so that nobody else does. */
  has(method: string, pathname: string): boolean;
  /** Takes a request that the guard let through. Never rejects. */
  answer(request: IncomingMessage, pathname: string): Promise<Reply>;
  /**
   * Says the guard's refusal in the words of the upstream whose endpoint it is, and counts what is
   * wrong with the body. Never rejects.
   */
  refuse(request: IncomingMessage, pathname: string, refusal: Refusal): Promise<Reply>;
  /** Before anything listens. */
  start(): Promise<void>;
  /** Idempotent; once nothing listens any more. */
  stop(): void;
  /** Bodies refused whole since the start. */
  refusals(): readonly RefusedBodies[];
  /** Bodies told to come again since the start, because too much was held. */
  turnedAway(): number;
  /** Upstreams that may post to us, with the first path of each. */
  list(): readonly { readonly kind: string; readonly path: string }[];
}

export interface ReceiverDoorDeps {
  readonly receivers: readonly Receiver[];
  /** Why nothing is taken now, such as a disk that is nearly full; null when all is well. */
  readonly admit: () => Problem | null;
  /** Keeps what was refused where an operator finds it. */
  readonly quarantine: (source: string, input: UnreadableInput) => Promise<void>;
  readonly log: { error(fields: object, message: string): void };
}

export function createReceiverDoor(deps: ReceiverDoorDeps): ReceiverDoor {
  const { receivers, admit, quarantine, log } = deps;
  const endpoints = new Map<string, OwnedEndpoint>(
    receivers.flatMap(({ kind, endpoints: own }) =>
      own.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, { ...endpoint, kind }]),
    ),
  );
  const tally = createRefusalTally();
  const held = createByteBudget(MAX_HELD_BYTES);
  let turnedAway = 0;

  function find({ method = 'GET' }: IncomingMessage, pathname: string): OwnedEndpoint {
    const endpoint = endpoints.get(`${method} ${pathname}`);
    if (endpoint === undefined) throw new Error(`no receiver answers ${method} ${pathname}`);
    return endpoint;
  }

  /** It says no more than the answer does: that it could not be kept changes nothing for the sender. */
  async function noteRefused(source: string, refused: RefusedBody, body?: Buffer): Promise<void> {
    tally.add(source, refused.reason);
    const sample = body?.subarray(0, MAX_SAMPLE_BYTES).toString('utf8') ?? '';
    try {
      await quarantine(source, { ...refused, sample });
    } catch (error) {
      log.error({ err: error, source }, 'a refused body could not be noted');
    }
  }

  async function take(request: IncomingMessage, endpoint: OwnedEndpoint): Promise<Reply> {
    const refusal = admit();
    if (refusal !== null && endpoint.method === 'POST') throw refusal;
    const announced = Number(request.headers['content-length'] ?? endpoint.maxBytes);
    const bytes = endpoint.method === 'GET' ? 0 : Math.min(announced, endpoint.maxBytes);
    if (!held.take(bytes)) {
      turnedAway += 1;
      return say(request, endpoint, FULL);
    }
    try {
      const body = await bodyOf(request, endpoint.maxBytes);
      const query = new URLSearchParams((request.url ?? '').split('?', 2)[1] ?? '');
      const reply = await endpoint.receive({ headers: request.headers, query, body });
      if (reply.refused !== undefined) await noteRefused(endpoint.kind, reply.refused, body);
      return reply;
    } finally {
      held.give(bytes);
    }
  }

  function say({ headers }: IncomingMessage, endpoint: Endpoint, refusal: Refusal): Reply {
    if (endpoint.refuse !== undefined) return endpoint.refuse(refusal, headers);
    return jsonReply(refusal.status, { detail: refusal.detail }, refusal.headers);
  }

  async function refuse(
    request: IncomingMessage,
    endpoint: OwnedEndpoint,
    refusal: Refusal,
  ): Promise<Reply> {
    const { status, detail } = refusal;
    const reason = BODY_FAULTS.get(status);
    if (reason !== undefined) await noteRefused(endpoint.kind, { reason, detail });
    return say(request, endpoint, refusal);
  }

  function explain(error: unknown): Refusal {
    const answer = problemAnswer(error);
    if (answer === null) {
      log.error({ err: error }, 'a posted body could not be taken');
      return UNEXPECTED;
    }
    const { status, headers, detail } = answer;
    const words = typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; ');
    return { status, headers, detail: words };
  }

  return {
    has: (method, pathname) => endpoints.has(`${method} ${pathname}`),
    async answer(request, pathname) {
      const endpoint = find(request, pathname);
      try {
        return await take(request, endpoint);
      } catch (error) {
        return refuse(request, endpoint, explain(error));
      }
    },
    refuse: (request, pathname, refusal) => refuse(request, find(request, pathname), refusal),
    async start() {
      for (const receiver of receivers) await receiver.start?.();
    },
    stop() {
      for (const receiver of receivers) receiver.stop?.();
    },
    refusals: () => tally.list(),
    turnedAway: () => turnedAway,
    list: () =>
      receivers.map(({ kind, endpoints: [first] }) => ({ kind, path: first?.path ?? '' })),
  };
}

type OwnedEndpoint = Endpoint & Pick<Receiver, 'kind'>;

/** For recognising a body; the quarantine cuts it further. */
const MAX_SAMPLE_BYTES = 2048;
/** What is wrong with a body that no receiver has seen: its size, or how it is packed. */
const BODY_FAULTS: ReadonlyMap<number, RefusedBody['reason']> = new Map([
  [400, 'invalid-json'],
  [413, 'too-large'],
  [415, 'invalid-json'],
]);

const FULL: Refusal = {
  status: 503,
  headers: { 'retry-after': '5' },
  detail: 'Too many bodies are being taken in; send it again',
};
const UNEXPECTED: Refusal = { status: 500, headers: {}, detail: 'Internal Server Error' };

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const raw = await readBody(request, maxBytes);
  return unpack(raw, maxBytes, request.headers['content-encoding']);
}
