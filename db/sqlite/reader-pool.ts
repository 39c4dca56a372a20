import { StoreError } from '#db/store.ts';

import type { ReaderMethods } from './reader-worker.ts';
import type { StoreWorker } from './store-worker.ts';
import { startStoreWorker } from './store-worker.ts';

/** Queries under way in all readers; one more is told to try again. */
const MAX_PENDING_QUERIES = 1000;

export interface ReaderPool {
  /** To be called once the writer is ready: until then the database may not be there. */
  open(): Promise<void>;
  call<K extends keyof ReaderMethods>(
    method: K,
    ...args: Parameters<ReaderMethods[K]>
  ): Promise<Awaited<ReturnType<ReaderMethods[K]>>>;
  stop(): Promise<void>;
}

/** Threads that only read: each query goes to the one with the least to do. */
export async function startReaderPool(
  dataDir: string,
  size: number,
  on: { death(error: StoreError): void; notice(text: string): void },
): Promise<ReaderPool> {
  const file = new URL('./reader-worker.ts', import.meta.url);
  const readers: StoreWorker<ReaderMethods, unknown>[] = await Promise.all(
    Array.from({ length: size }, () =>
      startStoreWorker<ReaderMethods, unknown>(file, { dataDir }, on),
    ),
  );
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
      return idlest.rpc.call(method, ...args);
    },
    async stop() {
      await Promise.all(readers.map((reader) => reader.stop()));
    },
  };
}
