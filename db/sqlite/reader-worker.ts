import { parentPort, workerData } from 'node:worker_threads';

import { z } from 'zod';

import type { Store } from '#db/store.ts';

import { openReaderConnection } from './connection.ts';
import { readPrunedMarks } from './pruned-marks.ts';
import { listErrors, readEvents } from './reader/event-queries.ts';
import { daysToJson, groupsToJson } from './reader/json-rows.ts';
import { createLookups } from './reader/lookups.ts';
import { listMessages } from './reader/message-queries.ts';
import { search } from './reader/search.ts';
import { getCursor, listRejects, sourceCounts } from './reader/source-queries.ts';
import { createStatements } from './reader/statements.ts';
import { describe, listCommands, listOrganisms, loadSnapshots } from './reader/store-queries.ts';
import { getThread, listThreads } from './reader/thread-queries.ts';
import { dailyUsage } from './reader/usage-days.ts';
import { listPriceVersions, listUsage, listUsageNames } from './reader/usage-history.ts';
import { sumUsage } from './reader/usage-sums.ts';
import { attachSearch } from './search/search-database.ts';
import { storeFiles } from './store-files.ts';
import { yieldToOtherThreads } from './thread-priority.ts';
import type { RowsVerified } from './verify-rows.ts';
import { verifyRows } from './verify-rows.ts';
import { serveRpc } from './worker-rpc.ts';

/** A thread that only reads, so that a heavy query stalls neither the event loop nor the writer. */

type QueryName = Exclude<
  keyof Store,
  | 'epoch'
  | 'append'
  | 'lastSeq'
  | 'prune'
  | 'prunedThrough'
  | 'saveSnapshot'
  | 'beginCommand'
  | 'finishCommand'
  | 'close'
>;

/** The store's queries as the thread answers them. */
export type ReaderMethods = {
  [K in QueryName]: (...args: Parameters<Store[K]>) => Awaited<ReturnType<Store[K]>>;
} & {
  /** Called first, once the writer has brought the database up to date. */
  open(): void;
  verifyRows(query: { since: number; limit: number }): RowsVerified;
  close(): void;
};

const readerDataSchema = z.object({ dataDir: z.string() });

function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('reader-worker.ts runs in a worker thread only');
  yieldToOtherThreads();
  const files = storeFiles(readerDataSchema.parse(workerData).dataDir);
  const statements = createStatements(
    () => openReaderConnection(files.database),
    (db) => attachSearch(db, files.search),
  );
  const lookups = createLookups(statements);
  const deps = { statements, lookups };
  serveRpc<ReaderMethods>(port, {
    open: () => statements.open(),
    close: () => statements.close(),
    readEvents: (query) => readEvents(deps, query),
    loadSnapshots: () => loadSnapshots(statements),
    listOrganisms: () => listOrganisms(statements),
    listThreads: (query) => listThreads(deps, query),
    getThread: (organismId, threadId) => getThread(deps, organismId, threadId),
    listMessages: (query) => listMessages(deps, query),
    listErrors: (query) => listErrors(deps, query),
    listUsage: (query) => listUsage(deps, query),
    sumUsage: (query) => sumUsage(deps, query),
    dailyUsage: (query) => dailyUsage(deps, query),
    sumUsageJson: (query) => groupsToJson(sumUsage(deps, query)),
    dailyUsageJson: (query) => daysToJson(dailyUsage(deps, query), query.groupBy !== undefined),
    listUsageNames: (organismId, dimension) => listUsageNames(deps, organismId, dimension),
    listPriceVersions: (query) => listPriceVersions(deps, query),
    search: (query) => search(deps, query),
    getCursor: (source, name) => getCursor(statements, source, name),
    sourceCounts: () => sourceCounts(statements),
    listRejects: (query) => listRejects(statements, query),
    listCommands: (query) => listCommands(statements, query),
    describe: () => describe(statements, files),
    listPruned: () => readPrunedMarks(statements),
    verifyRows: (query) => verifyRows(statements, query),
  });
  port.postMessage({ greeting: 'ready' });
}

main();
