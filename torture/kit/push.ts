import http from 'node:http';

import { z } from 'zod';

import type { Answer } from './ledger.ts';
import { makeNumbered } from './numbered-events.ts';

/** Where the numbered events go. */
export const SOURCE = 'torture';
export const ORGANISM = 'torture';

/** An answer that takes longer counts as none. */
const ANSWER_LIMIT_MS = 20_000;

const answerSchema = z.object({
  accepted: z.number(),
  duplicate: z.number(),
  rejected: z.number(),
});

export type PushOutcome =
  | { readonly status: 200; readonly answer: Answer; readonly ms: number }
  /** Refused or overloaded: nothing is promised. */
  | { readonly status: number; readonly retryAfterMs: number | null; readonly text: string };

/** A batch of numbers as the body of a POST. */
export function writeBatch(writer: number, from: number, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => makeNumbered({ writer, n: from + i }));
  return lines.map((draft) => `${JSON.stringify(draft)}\n`).join('');
}

/** @throws Error when the connection ended before the answer did */
export async function pushBatch(
  url: string,
  body: string,
  agent: http.Agent,
): Promise<PushOutcome> {
  const startedAt = performance.now();
  const { status, retryAfter, text } = await post(
    `${url}/api/v1/events?source=${SOURCE}&organism=${ORGANISM}`,
    body,
    agent,
  );
  if (status === 200) {
    const answer = answerSchema.parse(JSON.parse(text));
    return { status, answer, ms: performance.now() - startedAt };
  }
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  return { status, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null, text };
}

function post(
  url: string,
  body: string,
  agent: http.Agent,
): Promise<{ status: number; retryAfter: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-ndjson',
      'content-length': Buffer.byteLength(body),
    };
    const request = http.request(url, { method: 'POST', agent, headers });
    request.setTimeout(ANSWER_LIMIT_MS, () => request.destroy(new Error('no answer')));
    request.once('error', reject);
    request.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => {
        const retryAfter = response.headers['retry-after'];
        resolve({ status: response.statusCode ?? 0, retryAfter, text });
      });
    });
    request.end(body);
  });
}
