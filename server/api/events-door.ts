import type { IncomingMessage } from 'node:http';

import type { EventBody } from '../ingest/event-body.ts';
import { readJsonBody, readLines } from '../ingest/event-body.ts';
import type { DeliveryOrigin } from '../ingest/parts.ts';
import type { Push } from '../ingest/push.ts';
import type { Reply } from '../sources/receiver.ts';
import { jsonReply } from '../sources/receiver.ts';
import { createOriginReader } from './events-origin.ts';
import { Problem, problemAnswer } from './problem.ts';
import { readBody, unpack } from './request-body.ts';

/** One request, packed or not. */
const MAX_BODY_BYTES = 8 << 20;
/** Bodies in memory at once, of all senders together: beyond it they are told to wait. */
const MAX_HELD_BYTES = 64 << 20;

export const JSON_TYPE = 'application/json';
export const LINES_TYPE = 'application/x-ndjson';

export interface EventsDoor {
  /** Takes a request that the guard let through. Never rejects. */
  answer(request: IncomingMessage): Promise<Reply>;
  stats(): DoorStats;
}

export interface DoorStats {
  readonly heldBytes: number;
  /** Requests refused as a whole: nothing of them counts as received. */
  readonly refused: number;
}

export interface EventsDoorDeps {
  readonly push: Pick<Push, 'push'>;
  /** Whether a source of that name is read by ourselves. */
  readonly isTaken: (source: string) => boolean;
  /** Why nothing is taken now, such as a disk that is nearly full; null when all is well. */
  readonly admit: () => Problem | null;
  readonly log: { error(fields: object, message: string): void };
}

/** `POST /api/v1/events`, on Node's own request: the path that must take thousands a second. */
export function createEventsDoor({ push, isTaken, admit, log }: EventsDoorDeps): EventsDoor {
  const originOf = createOriginReader(isTaken);
  let heldBytes = 0;
  let refused = 0;

  async function take(request: IncomingMessage): Promise<Reply> {
    const refusal = admit();
    if (refusal !== null) throw refusal;
    const type = contentTypeOf(request);
    const origin = originOf(request.url ?? '');
    const bytes = Number(request.headers['content-length'] ?? MAX_BODY_BYTES);
    if (heldBytes > 0 && heldBytes + bytes > MAX_HELD_BYTES) {
      throw new Problem('unavailable', 'Too many bodies are being taken in; send it again');
    }
    heldBytes += bytes;
    try {
      return await deliver(origin, toInputs(type, await textOf(request)));
    } finally {
      heldBytes -= bytes;
    }
  }

  async function deliver(origin: DeliveryOrigin, body: EventBody): Promise<Reply> {
    if (!body.ok) throw toProblem(body);
    const outcome = await push.push(origin, body.inputs);
    return jsonReply(200, outcome);
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
    stats: () => ({ heldBytes, refused }),
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
  const isPacked = request.headers['content-encoding']?.toLowerCase() === 'gzip';
  const body = isPacked ? await unpack(raw, MAX_BODY_BYTES) : raw;
  return body.toString('utf8');
}

function toInputs(type: string, text: string): EventBody {
  if (text === '') throw new Problem('bad-request', 'body: expected at least one event');
  return type === LINES_TYPE ? readLines(text) : readJsonBody(text, MAX_BODY_BYTES);
}

function toProblem({ reason, detail }: EventBody & { ok: false }): Problem {
  return new Problem(reason === 'too-large' ? 'too-large' : 'bad-request', detail);
}
