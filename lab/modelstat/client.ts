import { setTimeout as delay } from 'node:timers/promises';

/** The SDK waits this long before its one retry. */
const RETRY_MS = 250;
/** Python's limit for one request. */
const DEFAULT_TIMEOUT_MS = 10_000;

export interface SentBatch {
  readonly status: number | null;
  /** Whether the same bytes went out twice. */
  readonly isRetried: boolean;
}

/** Posts a batch as the SDKs do: once more with the same bytes after any failure, then never again. */
export async function postBatch(
  url: string,
  batch: unknown,
  options: { key?: string; timeoutMs?: number } = {},
): Promise<SentBatch> {
  const { key = 'msk_lab', timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const body = JSON.stringify(batch);
  const post = async (): Promise<number | null> => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  };
  const first = await post();
  if (first !== null && first >= 200 && first < 300) return { status: first, isRetried: false };
  await delay(RETRY_MS);
  return { status: await post(), isRetried: true };
}
