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
  readonly runId: string;
  readonly schedule: Schedule;
  readonly elapsed: () => number;
  readonly silenceMs?: number | undefined;
  readonly signal: AbortSignal;
}

export type OpenedRun =
  | { readonly kind: 'open'; readonly stream: RunStream }
  | { readonly kind: 'refused'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RunStream {
  /**
   * Hands over what arrives, and reads on when that is durable. Never rejects because of the wire.
   * @returns why it ended
   */
  read(take: (items: readonly SseItem[]) => Promise<void>): Promise<string>;
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
    return { kind: 'open', stream: { read: (take) => readStream(response, options, take) } };
  } catch (error) {
    return { kind: 'failed', reason: describeFailure(error) };
  }
}

function request(options: RunStreamOptions): Promise<IncomingMessage> {
  const { url, apiKey, runId, signal } = options;
  const target = url.rest(`/v1/runs/${encodeURIComponent(runId)}/events`);
  const transport = target.protocol === 'https:' ? https : http;
  const headers = {
    accept: 'text/event-stream',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return new Promise((resolve, reject) => {
    transport
      .get(target, { agent: false, headers, signal, lookup: guardedLookup }, resolve)
      .on('error', reject);
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
  take: (items: readonly SseItem[]) => Promise<void>,
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
      await take(reader.push(chunk));
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
