import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** @throws Error naming what did not happen in time */
export async function within<T>(limitMs: number, what: string, wait: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const late = delay(limitMs, undefined, { signal: giveUp.signal, ref: true }).then(() => {
    throw new Error(`${what}: not within ${limitMs} ms`);
  });
  try {
    return await Promise.race([wait, late]);
  } finally {
    giveUp.abort();
    late.catch(() => undefined);
  }
}

/** Asks again and again until the answer is neither false nor null. @throws Error as `within` */
export async function until<T>(
  limitMs: number,
  what: string,
  ask: () => Promise<T | false | null> | T | false | null,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(POLL_MS);
  }
}

export { delay };
