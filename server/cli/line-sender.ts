import { setTimeout as delay } from 'node:timers/promises';

import { z } from 'zod';

import { createBackoff } from '../sources/upstream/backoff.ts';

/** Sends the lines of a stream in parts, each once: what was not acknowledged is sent again. */
export interface LineSender {
  /** Resolves when there is room for more: await it, that is the back-pressure. */
  push(lines: readonly string[]): Promise<void>;
  /** Says that nothing follows. @returns null when everything was taken, else why not */
  finish(): Promise<string | null>;
}

/** Lines that wait for their acknowledgement, in bytes. */
const MAX_HELD_BYTES = 8 << 20;
/** Small enough to be seen soon, and to be sent again. */
const MAX_PART_BYTES = 1 << 20;
const MAX_PART_LINES = 500;
const REQUEST_MS = 30_000;
const AGAIN: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 507]);

const answerSchema = z.object({ nextLine: z.number().int().min(1), isEnded: z.boolean() });
const refusalSchema = z.object({ detail: z.string(), nextLine: z.number().int().optional() });

export interface LineSenderOptions {
  /** Of the endpoint, with all of its query but `line` and `end`. */
  readonly url: URL;
  readonly key: string | undefined;
  /** How long it tries while nothing is taken, in milliseconds. */
  readonly patienceMs: number;
  readonly random: () => number;
  /** Milliseconds on a clock nobody sets. */
  readonly elapsed: () => number;
  readonly onTrouble: (words: string) => void;
}

type Answer =
  | { readonly kind: 'taken'; readonly nextLine: number; readonly isEnded: boolean }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'again'; readonly why: string; readonly afterMs: number };

export function createLineSender(options: LineSenderOptions): LineSender {
  const { patienceMs, random, elapsed, onTrouble } = options;
  const backoff = createBackoff({ random, capMs: 5000 });
  const held: string[] = [];
  let heldBytes = 0;
  /** The number of the first line held. */
  let firstLine = 1;
  let isFinished = false;
  let isDone = false;
  let failure: string | null = null;
  let failingSince: number | null = null;
  let pumping: Promise<void> | null = null;
  let wakeRoom: () => void = () => undefined;

  function release(count: number): void {
    for (const line of held.splice(0, count)) heldBytes -= Buffer.byteLength(line);
    firstLine += count;
    wakeRoom();
  }

  /** Nothing is lost while it is held; what the server never had and we have no more is. */
  function acknowledge({ nextLine, isEnded }: { nextLine: number; isEnded: boolean }): void {
    backoff.reset();
    failingSince = null;
    if (isEnded) {
      isDone = true;
      return release(held.length);
    }
    if (nextLine < firstLine) failure = `the server wants line ${nextLine}, which is gone here`;
    else release(Math.min(held.length, nextLine - firstLine));
  }

  async function wait({ why, afterMs }: { why: string; afterMs: number }): Promise<void> {
    failingSince ??= elapsed();
    if (elapsed() - failingSince >= patienceMs) {
      failure = why;
      return;
    }
    if (backoff.attempt === 0) onTrouble(`${why}; trying again`);
    await delay(Math.max(afterMs, backoff.next()));
  }

  async function pump(): Promise<void> {
    const isWorkLeft = (): boolean => held.length > 0 || isFinished;
    while (failure === null && !isDone && isWorkLeft()) {
      const lines = partOf(held);
      const isLast = isFinished && lines.length === held.length;
      const answer = await post(options, { lines, firstLine, isLast });
      if (answer.kind === 'taken') acknowledge(answer);
      else if (answer.kind === 'again') await wait(answer);
      else failure = answer.why;
    }
    if (failure !== null) release(held.length);
  }

  function start(): Promise<void> {
    pumping ??= pump().finally(() => {
      pumping = null;
    });
    return pumping;
  }

  return {
    async push(lines) {
      if (failure !== null || isDone) return;
      for (const line of lines) {
        held.push(line);
        heldBytes += Buffer.byteLength(line);
      }
      void start();
      if (heldBytes <= MAX_HELD_BYTES) return;
      await new Promise<void>((resolve) => {
        wakeRoom = () => {
          if (heldBytes <= MAX_HELD_BYTES) resolve();
        };
      });
    },
    async finish() {
      await pumping;
      isFinished = true;
      await start();
      return failure;
    },
  };
}

function partOf(held: readonly string[]): string[] {
  let bytes = 0;
  const fits = held.slice(0, MAX_PART_LINES).findIndex((line) => {
    bytes += Buffer.byteLength(line);
    return bytes > MAX_PART_BYTES;
  });
  // One line is always sent, however long.
  return held.slice(0, fits === -1 ? MAX_PART_LINES : Math.max(1, fits));
}

async function post(
  { url, key }: LineSenderOptions,
  part: {
    readonly lines: readonly string[];
    readonly firstLine: number;
    readonly isLast: boolean;
  },
): Promise<Answer> {
  const target = new URL(url);
  target.searchParams.set('line', String(part.firstLine));
  target.searchParams.set('end', String(part.isLast));
  try {
    const answer = await fetch(target, {
      method: 'POST',
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: part.lines.map((line) => `${line}\n`).join(''),
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return await readAnswer(answer);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const words = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'again', why: `${url.origin}: ${words}`, afterMs: 0 };
  }
}

async function readAnswer(answer: Response): Promise<Answer> {
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) {
    const taken = answerSchema.safeParse(body);
    if (taken.success) return { kind: 'taken', ...taken.data };
    return { kind: 'refused', why: `${answer.url}: this is not an Organoscope` };
  }
  const refusal = refusalSchema.safeParse(body);
  const why = `${answer.status}: ${refusal.data?.detail ?? answer.statusText}`;
  const nextLine = refusal.data?.nextLine;
  if (answer.status === 409 && nextLine !== undefined) {
    return { kind: 'taken', nextLine, isEnded: false };
  }
  if (!AGAIN.has(answer.status)) return { kind: 'refused', why };
  const seconds = Number(answer.headers.get('retry-after') ?? 0);
  return { kind: 'again', why, afterMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
}
