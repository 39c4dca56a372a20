import type { Parts } from './parts.ts';

/**
 * Reads what the socket does not tell or did not tell while it was away. Frames wait meanwhile:
 * subscribe, buffer, backfill with overlap, then drain, so that nothing falls between.
 */
export function createCatchUp(deps: {
  parts: Parts;
  attempt: (what: string, read: () => Promise<unknown>) => Promise<boolean>;
}): () => Promise<void> {
  const { parts, attempt } = deps;
  let underWay: Promise<void> | null = null;
  let isAskedAgain = false;

  async function readAll(): Promise<void> {
    await attempt('overview', () => parts.overview.read());
    await attempt('threads', () => parts.threads.read());
    await attempt('messages', () => parts.messages.read());
  }

  async function run(): Promise<void> {
    parts.pump.pause();
    try {
      do {
        isAskedAgain = false;
        await readAll();
      } while (isAskedAgain);
    } finally {
      underWay = null;
      parts.pump.resume();
    }
  }

  return () => {
    if (underWay === null) underWay = run();
    else isAskedAgain = true;
    return underWay;
  };
}
