import { parentPort, workerData } from 'node:worker_threads';

import { z } from 'zod';

import { openReaderConnection } from './connection.ts';
import type { Indexer } from './search/indexer.ts';
import { createIndexer } from './search/indexer.ts';
import { createPace } from './search/pace.ts';
import { openSearchDatabase } from './search/search-database.ts';
import { storeFiles } from './store-files.ts';
import { serveRpc } from './worker-rpc.ts';

/** The thread that takes words from the journal into the search index, behind the writer. */

/** Documents in one transaction: a few milliseconds of work. */
const SLICE_DOCUMENTS = 100;
/** Positions looked through for what was let go of. */
const SLICE_POSITIONS = 500;

const searchDataSchema = z.object({ dataDir: z.string() });

export interface SearchMethods {
  /** Called first, once the writer has brought the database up to date. */
  open(epoch: string): void;
  /** Up to which position the index reaches. */
  position(): number;
  /** Indexes all there is at once, however busy the store. */
  catchUp(): void;
  close(): void;
}

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('search-worker.ts runs in a worker thread only');
  const files = storeFiles(searchDataSchema.parse(workerData).dataDir);
  let indexer: Indexer | null = null;
  let closeFiles = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const pace = createPace();

  function open(epoch: string): void {
    const store = openReaderConnection(files.database);
    const search = openSearchDatabase(files.search, epoch);
    indexer = createIndexer(store, search);
    closeFiles = () => {
      search.close();
      store.close();
    };
    timer = setTimeout(work, 0);
  }

  function work(): void {
    const startedAt = performance.now();
    let isBehind = false;
    try {
      const done = indexer?.indexNext(SLICE_DOCUMENTS) ?? 0;
      const hasPruned = indexer?.pruneNext(SLICE_POSITIONS) ?? false;
      isBehind = done >= SLICE_DOCUMENTS || hasPruned;
    } catch (error) {
      port?.postMessage({ notice: `Text search is not kept up: ${String(error)}` });
      timer = setTimeout(work, pace.afterFailure());
      return;
    }
    timer = setTimeout(work, pace.afterSlice(performance.now() - startedAt, isBehind));
  }

  serveRpc<SearchMethods>(port, {
    open,
    position: () => indexer?.position ?? 0,
    catchUp() {
      while ((indexer?.indexNext(SLICE_DOCUMENTS) ?? 0) > 0);
      while (indexer?.pruneNext(SLICE_POSITIONS) === true);
    },
    close() {
      clearTimeout(timer);
      closeFiles();
    },
  });
  port.postMessage({ greeting: 'ready' });
}

main();
