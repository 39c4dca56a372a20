import { StoreError } from '#db/store.ts';

import type { ReaderMethods } from './reader-worker.ts';
import type { StoreWorker } from './store-worker.ts';
import { startStoreWorker } from './store-worker.ts';

/** Queries under way in all readers; one more is told to try again. */
const MAX_PENDING_QUERIES = 1000;
/** Light queries that come together are answered by then: no reason for one more thread. */
const BUSY_BEFORE_GROWTH_MS = 20;

type Reader = StoreWorker<ReaderMethods, unknown>;

export interface ReaderPool {
  /** To be called once the writer is ready: until then the database may not be there. */
  open(): Promise<void>;
  call<K extends keyof ReaderMethods>(
    method: K,
    ...args: Parameters<ReaderMethods[K]>
  ): Promise<Awaited<ReturnType<ReaderMethods[K]>>>;
  /** Threads in use now. */
  size(): number;
  stop(): Promise<void>;
}

/**
 * Threads that only read: each query goes to the one with the least to do. There is one at first, and
 * one more whenever all of them stay busy, up to `size`: a thread costs 25 to 35 MB.
 */
export async function startReaderPool(
  dataDir: string,
  size: number,
  on: { death(error: StoreError): void; notice(text: string): void },
): Promise<ReaderPool> {
  const file = new URL('./reader-worker.ts', import.meta.url);
  const start = (): Promise<Reader> =>
    startStoreWorker<ReaderMethods, unknown>(file, { dataDir }, on);
  const readers: Reader[] = [await start()];
  const areBusy = (): boolean => readers.every((reader) => reader.rpc.pending > 0);
  let growing: Promise<void> | null = null;
  let growthTimer: NodeJS.Timeout | null = null;
  let isStopping = false;

  function growIfStillBusy(): void {
    if (growthTimer !== null || growing !== null || isStopping || readers.length >= size) return;
    growthTimer = setTimeout(() => {
      growthTimer = null;
      if (areBusy() && !isStopping) growing ??= grow();
    }, BUSY_BEFORE_GROWTH_MS).unref();
  }

  async function grow(): Promise<void> {
    try {
      const reader = await start();
      readers.push(reader);
      await reader.rpc.call('open');
    } catch (error) {
      if (!isStopping) on.notice(`No further thread for queries: ${String(error)}`);
    } finally {
      growing = null;
    }
  }

  return {
    async open() {
      await Promise.all(readers.map((reader) => reader.rpc.call('open')));
    },
    call(method, ...args) {
      const pending = readers.reduce((sum, reader) => sum + reader.rpc.pending, 0);
      const [idlest] = readers.toSorted((a, b) => a.rpc.pending - b.rpc.pending);
      if (idlest === undefined || pending >= MAX_PENDING_QUERIES) {
        const text = `${MAX_PENDING_QUERIES} queries are already under way`;
        return Promise.reject(new StoreError('busy', text));
      }
      if (areBusy()) growIfStillBusy();
      return idlest.rpc.call(method, ...args);
    },
    size: () => readers.length,
    async stop() {
      isStopping = true;
      await growing;
      await Promise.all(readers.map((reader) => reader.stop()));
    },
  };
}
