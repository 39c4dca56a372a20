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
import { listCharges } from './reader/usage-charges.ts';
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
  const once =
    <A extends readonly unknown[], R>(query: (...args: A) => R) =>
    (...args: A): R =>
      statements.atOnce(() => query(...args));
  serveRpc<ReaderMethods>(port, {
    open: () => statements.open(),
    close: () => statements.close(),
    readEvents: once((query) => readEvents(deps, query)),
    loadSnapshots: once((organismIds) => loadSnapshots(statements, organismIds)),
    listOrganisms: once(() => listOrganisms(statements)),
    listThreads: once((query) => listThreads(deps, query)),
    getThread: once((organismId, threadId) => getThread(deps, organismId, threadId)),
    listMessages: once((query) => listMessages(deps, query)),
    listErrors: once((query) => listErrors(deps, query)),
    listUsage: once((query) => listUsage(deps, query)),
    sumUsage: once((query) => sumUsage(deps, query)),
    sumUsageEach: once(({ groupings, ...query }) =>
      groupings.map((groupBy) => sumUsage(deps, { ...query, groupBy })),
    ),
    dailyUsage: once((query) => dailyUsage(deps, query)),
    sumUsageJson: once((query) => groupsToJson(sumUsage(deps, query))),
    dailyUsageJson: once((query) =>
      daysToJson(dailyUsage(deps, query), query.groupBy !== undefined),
    ),
    listUsageNames: once((organismId, dimension) => listUsageNames(deps, organismId, dimension)),
    listCharges: once((query) => listCharges(deps, query)),
    listPriceVersions: once((query) => listPriceVersions(deps, query)),
    search: once((query) => search(deps, query)),
    getCursor: once((source, name) => getCursor(statements, source, name)),
    sourceCounts: once(() => sourceCounts(statements)),
    listRejects: once((query) => listRejects(statements, query)),
    listCommands: once((query) => listCommands(statements, query)),
    describe: once(() => describe(statements, files)),
    listPruned: once(() => readPrunedMarks(statements)),
    verifyRows: once((query) => verifyRows(statements, query)),
  });
  port.postMessage({ greeting: 'ready' });
}

main();
