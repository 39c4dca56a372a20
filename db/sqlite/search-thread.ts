import type { SearchMethods } from './search-worker.ts';
import type { StoreWorker } from './store-worker.ts';
import { startStoreWorker } from './store-worker.ts';

/** A start answers first; the words of its first events can wait. */
const START_DELAY_MS = 1000;

export interface SearchThread {
  /** Resolves once all that is stored now is indexed. */
  catchUp(): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Keeps the search index up to date in a thread of its own. Without it, searches are slow but right:
 * its end is told, and ends nothing else.
 */
export function startSearch(
  dataDir: string,
  epoch: string,
  onNotice: (text: string) => void,
): SearchThread {
  type Worker = StoreWorker<SearchMethods, unknown>;
  let starting: Promise<Worker> | null = null;
  let isStopping = false;
  const timer = setTimeout(() => {
    ensureStarted().catch((error: unknown) => onNotice(`No text index: ${String(error)}`));
  }, START_DELAY_MS).unref();

  async function start(): Promise<Worker> {
    const file = new URL('./search-worker.ts', import.meta.url);
    const worker = await startStoreWorker<SearchMethods, unknown>(
      file,
      { dataDir },
      { death: ({ message }) => onNotice(`No text index: ${message}`), notice: onNotice },
    );
    if (!isStopping) await worker.rpc.call('open', epoch);
    return worker;
  }

  function ensureStarted(): Promise<Worker> {
    starting ??= start();
    return starting;
  }

  return {
    async catchUp() {
      await (await ensureStarted()).rpc.call('catchUp');
    },
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      if (starting === null) return;
      const [started] = await Promise.allSettled([starting]);
      if (started.status === 'fulfilled') await started.value.stop();
    },
  };
}
