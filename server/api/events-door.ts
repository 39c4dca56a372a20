import type { IncomingMessage } from 'node:http';

import type { ByteBudget } from '../ingest/byte-budget.ts';
import type { EventBody } from '../ingest/event-body.ts';
import { readJsonBody, readLines } from '../ingest/event-body.ts';
import type { Push } from '../ingest/push.ts';
import type { Reply } from '../sources/receiver.ts';
import { jsonReply } from '../sources/receiver.ts';
import type { OriginReader } from './events-origin.ts';
import { inputsOf, tooMuchHeld } from './events-problem.ts';
import { Problem, problemAnswer } from './problem.ts';
import { readBody, unpack } from './request-body.ts';

/** One request, packed or not. */
const MAX_BODY_BYTES = 8 << 20;

export const JSON_TYPE = 'application/json';
export const LINES_TYPE = 'application/x-ndjson';

export interface EventsDoor {
  /** Takes a request that the guard let through. Never rejects. */
  answer(request: IncomingMessage): Promise<Reply>;
  stats(): DoorStats;
}

export interface DoorStats {
  /** Requests refused as a whole: nothing of them counts as received. */
  readonly refused: number;
}

export interface EventsDoorDeps {
  readonly push: Pick<Push, 'push'>;
  readonly originOf: OriginReader;
  /** Shared with the sockets. */
  readonly budget: ByteBudget;
  /** Why nothing is taken now, such as a disk that is nearly full; null when all is well. */
  readonly admit: () => Problem | null;
  readonly log: { error(fields: object, message: string): void };
}

/** `POST /api/v1/events`, on Node's own request: the path that must take thousands a second. */
export function createEventsDoor({
  push,
  originOf,
  budget,
  admit,
  log,
}: EventsDoorDeps): EventsDoor {
  let refused = 0;

  async function take(request: IncomingMessage): Promise<Reply> {
    const refusal = admit();
    if (refusal !== null) throw refusal;
    const type = contentTypeOf(request);
    const origin = originOf(request.url ?? '');
    const bytes = Number(request.headers['content-length'] ?? MAX_BODY_BYTES);
    if (!budget.take(bytes)) throw tooMuchHeld();
    try {
      const { outcome } = push.push(origin, inputsOf(readText(type, await textOf(request))));
      return jsonReply(200, await outcome);
    } finally {
      budget.give(bytes);
    }
  }

  function refuse(error: unknown): Reply {
    refused += 1;
    const answer = problemAnswer(error);
    if (answer === null) log.error({ err: error }, 'events could not be taken');
    const { status, headers, detail } = answer ?? UNEXPECTED;
    return jsonReply(status, { detail }, headers);
  }

  return {
    answer: (request) => take(request).catch(refuse),
    stats: () => ({ refused }),
  };
}

const UNEXPECTED = { status: 500, headers: {}, detail: 'Internal Server Error' };

/** @throws Problem `unsupported`: a form cannot send what we take, so no foreign page can either */
function contentTypeOf({ headers }: IncomingMessage): string {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === JSON_TYPE || type === LINES_TYPE) return type;
  throw new Problem('unsupported', `Content-Type must be ${JSON_TYPE} or ${LINES_TYPE}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const raw = await readBody(request, MAX_BODY_BYTES);
  const body = await unpack(raw, MAX_BODY_BYTES, request.headers['content-encoding']);
  return body.toString('utf8');
}

function readText(type: string, text: string): EventBody {
  if (text === '') throw new Problem('bad-request', 'body: expected at least one event');
  return type === LINES_TYPE ? readLines(text) : readJsonBody(text, MAX_BODY_BYTES);
}
