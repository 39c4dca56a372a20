import http from 'node:http';

import type { Ledger } from './ledger.ts';
import { pushBatch, writeBatch } from './push.ts';
import { delay } from './waits.ts';

/** Between tries while nobody answers. */
const RETRY_MS = 20;
/** What a refusal may ask for at most: a test is not a night. */
const MAX_RETRY_AFTER_MS = 1000;

export interface WriterOptions {
  readonly writers: number;
  /** Number of the first; others follow. */
  readonly firstWriter?: number | undefined;
  readonly batchEvents: number;
  /** Each ends after as many; without it they go on until stopped. */
  readonly batches?: number | undefined;
  readonly ledger: Ledger;
  /** Where the server is now; may wait until there is one. */
  readonly url: () => Promise<string>;
  /**
   * From the beginning of one batch of a writer to the next; one that got its answer late goes on at
   * once. They begin evenly spread over it.
   */
  readonly intervalMs?: number | undefined;
  /** A connection for each request: for proxies that judge connections. */
  readonly isConnectionPerRequest?: boolean | undefined;
}

export interface WriterCounts {
  /** Requests that ended without an answer. */
  readonly unanswered: number;
  /** By status. */
  readonly refused: Readonly<Record<number, number>>;
  /** Refusals of 429, 503 and 507 that named no time to come again. */
  readonly refusedWithoutTime: number;
  /** Batches that were answered after more than one try. */
  readonly retriedBatches: number;
  readonly maxTries: number;
}

export interface Writers {
  counts(): WriterCounts;
  /** Milliseconds from a request to its answer, of every batch that was acknowledged. */
  readonly ackMs: readonly number[];
  /** Resolves when all have sent what they were asked to. */
  readonly done: Promise<void>;
  /** Each finishes the batch it is at, for which a server must be there. */
  stop(): Promise<void>;
}

/** Writers that send numbered events and repeat every batch, with the same ids, until it is answered. */
export function startWriters(options: WriterOptions): Writers {
  const { writers, firstWriter = 0, batchEvents, batches = Number.POSITIVE_INFINITY } = options;
  const { ledger, intervalMs = 0, isConnectionPerRequest = false } = options;
  const counts = { unanswered: 0, refusedWithoutTime: 0, retriedBatches: 0, maxTries: 0 };
  const refused: Record<number, number> = {};
  const ackMs: number[] = [];
  const agents: http.Agent[] = [];
  const stopping = new AbortController();

  async function deliver(writer: number, from: number, agent: http.Agent): Promise<void> {
    const body = writeBatch(writer, from, batchEvents);
    ledger.sent(writer, from, batchEvents);
    for (let tries = 1; ; tries += 1) {
      try {
        const outcome = await pushBatch(await options.url(), body, agent);
        if ('answer' in outcome) {
          ledger.acked(writer, from, batchEvents, outcome.answer);
          ackMs.push(outcome.ms);
          counts.maxTries = Math.max(counts.maxTries, tries);
          if (tries > 1) counts.retriedBatches += 1;
          return;
        }
        refused[outcome.status] = (refused[outcome.status] ?? 0) + 1;
        if (outcome.retryAfterMs === null) counts.refusedWithoutTime += 1;
        await delay(Math.min(outcome.retryAfterMs ?? RETRY_MS, MAX_RETRY_AFTER_MS));
      } catch {
        counts.unanswered += 1;
        await delay(RETRY_MS);
      }
    }
  }

  async function untilStopped(limitMs: number): Promise<void> {
    await delay(limitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function write(writer: number, offsetMs: number): Promise<void> {
    const agent = new http.Agent({ keepAlive: !isConnectionPerRequest, maxSockets: 1 });
    agents.push(agent);
    const startAt = performance.now() + offsetMs;
    for (let batch = 0; batch < batches && !stopping.signal.aborted; batch += 1) {
      const waitMs = startAt + batch * intervalMs - performance.now();
      if (waitMs > 0) await untilStopped(waitMs);
      if (!stopping.signal.aborted) await deliver(writer, batch * batchEvents, agent);
    }
  }

  async function finish(running: readonly Promise<void>[]): Promise<void> {
    await Promise.all(running);
    for (const agent of agents) agent.destroy();
  }

  const done = finish(
    Array.from({ length: writers }, (_, i) => write(firstWriter + i, (intervalMs * i) / writers)),
  );
  return {
    ackMs,
    counts: () => ({ ...counts, refused: { ...refused } }),
    done,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
