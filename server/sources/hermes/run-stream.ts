import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';

import type { Schedule } from '../source.ts';
import { describeFailure } from '../upstream/rest-client.ts';
import type { UpstreamUrl } from '../upstream/upstream-url.ts';
import { guardedLookup } from '../upstream/upstream-url.ts';
import type { SseItem } from './sse-reader.ts';
import { createSseReader } from './sse-reader.ts';

/** A server says `: keepalive` every 30 s: three of them missing is a dead connection. */
const DEFAULT_SILENCE_MS = 90_000;
const MAX_REFUSAL_BYTES = 16_384;

export interface RunStreamOptions {
  readonly url: UpstreamUrl;
  readonly apiKey: string | undefined;
  readonly ask: StreamAsk;
  readonly schedule: Schedule;
  readonly elapsed: () => number;
  readonly silenceMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** What is asked of the upstream: with a body it is a POST. */
export interface StreamAsk {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The events of a run that is under way. */
export function eventsOf(runId: string): StreamAsk {
  return { path: `/v1/runs/${encodeURIComponent(runId)}/events` };
}

export type OpenedRun =
  /** `sessionId`: the session it belongs to, where the upstream says. */
  | { readonly kind: 'open'; readonly stream: RunStream; readonly sessionId: string | null }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly reason: string };

type TakeItems = (items: readonly SseItem[], bytes: Uint8Array) => Promise<void>;

export interface RunStream {
  /**
   * Hands over what arrives, and reads on when that is durable. Never rejects because of the wire.
   * @param take gets the bytes too, for whoever they are passed on to
   * @returns why it ended
   */
  read(take: TakeItems): Promise<string>;
}

/**
 * Subscribes once to the events of a run. It never tries again: the upstream has one queue for
 * each run, and a second reader would steal from the first. No `Origin` goes out, it would be 403.
 */
export async function openRunStream(options: RunStreamOptions): Promise<OpenedRun> {
  try {
    const response = await request(options);
    const status = response.statusCode ?? 0;
    if (status !== 200) return { kind: 'refused', status, body: await readRefusal(response) };
    const named = response.headers['x-hermes-session-id'];
    const sessionId = typeof named === 'string' && named !== '' ? named : null;
    const stream: RunStream = { read: (take) => readStream(response, options, take) };
    return { kind: 'open', stream, sessionId };
  } catch (error) {
    return { kind: 'failed', reason: describeFailure(error) };
  }
}

function request(options: RunStreamOptions): Promise<IncomingMessage> {
  const { url, apiKey, ask, signal } = options;
  const target = url.rest(ask.path);
  const body = ask.body === undefined ? null : JSON.stringify(ask.body);
  const transport = target.protocol === 'https:' ? https : http;
  const headers = {
    accept: 'text/event-stream',
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...ask.headers,
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return new Promise((resolve, reject) => {
    const method = body === null ? 'GET' : 'POST';
    transport
      .request(target, { method, agent: false, headers, signal, lookup: guardedLookup }, resolve)
      .on('error', reject)
      .end(body ?? undefined);
  });
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_REFUSAL_BYTES) break;
  }
  return text.slice(0, MAX_REFUSAL_BYTES);
}

async function readStream(
  response: IncomingMessage,
  { schedule, elapsed, silenceMs = DEFAULT_SILENCE_MS }: RunStreamOptions,
  take: TakeItems,
): Promise<string> {
  const reader = createSseReader();
  let heardAt = elapsed();
  let isTaking = false;
  let isSilent = false;
  let cancel = schedule(silenceMs, check);

  /** Time in which a slow store held us back is no silence of the upstream. */
  function check(): void {
    const left = isTaking ? silenceMs : silenceMs - (elapsed() - heardAt);
    if (left > 0) cancel = schedule(left, check);
    else {
      isSilent = true;
      response.destroy();
    }
  }

  try {
    for await (const chunk of response) {
      isTaking = true;
      await take(reader.push(chunk), chunk);
      isTaking = false;
      heardAt = elapsed();
    }
    return 'the stream ended';
  } catch (error) {
    return isSilent ? `nothing was heard for ${silenceMs / 1000} s` : describeFailure(error);
  } finally {
    cancel();
  }
}
