import { randomUUID } from 'node:crypto';

import type { Logger } from 'pino';

import type { AppendBatch, PruneRequest, Store } from '#db/store.ts';
import { StoreError } from '#db/store.ts';

import type { AppendStats } from './append-queue.ts';
import { createAppendQueue } from './append-queue.ts';
import { packBatches } from './batch-transport.ts';
import { stringifyInTurns } from './json-in-turns.ts';
import { startReaderPool } from './reader-pool.ts';
import type { ReaderMethods } from './reader-worker.ts';
import { startSearch } from './search-thread.ts';
import { createSettledReads } from './settled-reads.ts';
import { startStoreWorker } from './store-worker.ts';
import type { RowsVerified } from './verify-rows.ts';
import type { WriterGreeting, WriterMethods } from './writer-worker.ts';

export interface SqliteStoreOptions {
  /** Made when it is not there. */
  readonly dataDir: string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Threads for queries at most: two, so that a heavy one does not hold up a light one. */
  readonly readers?: number | undefined;
  /** Called once when the store can no longer promise anything: stop, say so, exit. */
  readonly onFailure?: ((error: StoreError) => void) | undefined;
  readonly newEpoch?: (() => string) | undefined;
  /** Told of every commit of events: from being sent to the writer until it was answered. */
  readonly onCommit?: ((durationMs: number) => void) | undefined;
}

export interface SqliteStore extends Store {
  readonly schemaVersion: number;
  stats(): AppendStats;
  /** Resolves once a write has been committed. @throws StoreError with the reason when none can be */
  checkWritable(): Promise<void>;
  /** Resolves once text search reaches all that is stored: it is complete before, but slower. */
  catchUpSearch(): Promise<void>;
  /** Compares stored rows with their check values, a chunk at a time. */
  verifyRows(query: { since: number; limit: number }): Promise<RowsVerified>;
}

const DEFAULT_READERS = 2;

/**
 * Opens the store in a directory: one thread that writes, others that read, none of them this one.
 * @throws StoreError `locked`, `not-writable`, `corrupt`, `newer-schema` or `io`, in plain words
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { dataDir, log } = options;
  let failure: StoreError | null = null;
  const fail = (error: StoreError) => {
    if (failure !== null) return;
    failure = error;
    log.error({ code: error.code }, error.message);
    options.onFailure?.(error);
  };

  const { writer, readers } = await startThreads(options, {
    death: fail,
    notice: (text) => log.warn(text),
  });
  const reads = createSettledReads({
    isSettled: writer.greeting.isSettled,
    settle: () => writer.rpc.call('settle'),
    warn: (text) => log.warn(text),
    now: () => performance.now(),
  });
  const queue = createAppendQueue({
    async send(batches) {
      const sentAt = performance.now();
      const outcome = await writer.rpc.call('append', packBatches(batches));
      if (outcome.batches.some((batch) => 'positions' in batch)) reads.note(outcome.isSettled);
      options.onCommit?.(performance.now() - sentAt);
      return outcome;
    },
  });
  const { epoch, schemaVersion, notices } = writer.greeting;
  for (const notice of notices) log.warn(notice);
  let { lastSeq } = writer.greeting;
  const prunedTo = new Map(writer.greeting.pruned.map(({ kind, position }) => [kind, position]));
  const search = startSearch(dataDir, epoch, (text) => log.warn(text));
  let closing: Promise<void> | null = null;
  log.info({ dataDir, epoch, schemaVersion, lastSeq }, 'store open');

  function assertUsable(): void {
    if (failure !== null) throw failure;
    if (closing !== null) throw new StoreError('closed', 'The store is closed');
  }

  /** For what reads projections: threads, agents, organisms and sums. */
  async function readSettled<K extends keyof ReaderMethods>(
    method: K,
    ...args: Parameters<ReaderMethods[K]>
  ) {
    await reads.ready();
    return readers.call(method, ...args);
  }

  async function append(batch: AppendBatch) {
    assertUsable();
    const result = await queue.append(batch);
    lastSeq = Math.max(lastSeq, result.stored.at(-1)?.seq ?? 0);
    return result;
  }

  async function prune(request: PruneRequest) {
    assertUsable();
    const { kind, limit } = request;
    const before = prunedTo.get(kind) ?? 0;
    // Already now: who reads while it happens must not take what is left for all there was.
    prunedTo.set(kind, before + limit);
    let position = before;
    try {
      const result = await writer.rpc.call('prune', request);
      ({ position } = result);
      return result;
    } finally {
      prunedTo.set(kind, position);
    }
  }

  async function closeAll(): Promise<void> {
    await queue.drain();
    await readers.stop();
    await search.stop();
    await writer.stop();
  }

  return {
    epoch,
    schemaVersion,
    append,
    stats: () => queue.stats(),
    lastSeq: () => Promise.resolve(lastSeq),
    checkWritable: async () => {
      assertUsable();
      await writer.rpc.call('probe', Date.now());
    },
    saveSnapshot: async (snapshot) => {
      assertUsable();
      const { organismId, seq } = snapshot;
      const body = await stringifyInTurns(snapshot);
      await writer.rpc.call('saveSnapshot', { organismId, seq, body });
    },
    beginCommand: async (command) => {
      assertUsable();
      return writer.rpc.call('beginCommand', command);
    },
    finishCommand: async (id, outcome) => {
      assertUsable();
      await writer.rpc.call('finishCommand', id, outcome);
    },
    // Of one organism only if its counter says that there is something to read.
    readEvents: (query) =>
      query.organismId === undefined
        ? readers.call('readEvents', query)
        : readSettled('readEvents', query),
    loadSnapshots: (organismIds) => readers.call('loadSnapshots', organismIds),
    listOrganisms: () => readSettled('listOrganisms'),
    listThreads: (query) => readSettled('listThreads', query),
    getThread: (organismId, threadId) => readSettled('getThread', organismId, threadId),
    listMessages: (query) => readSettled('listMessages', query),
    listErrors: (query) => readSettled('listErrors', query),
    listUsage: (query) => readSettled('listUsage', query),
    sumUsage: (query) => readSettled('sumUsage', query),
    sumUsageEach: (query) => readSettled('sumUsageEach', query),
    dailyUsage: (query) => readSettled('dailyUsage', query),
    sumUsageJson: (query) => readSettled('sumUsageJson', query),
    dailyUsageJson: (query) => readSettled('dailyUsageJson', query),
    listUsageNames: (organismId, dimension) => readSettled('listUsageNames', organismId, dimension),
    listCharges: (query) => readSettled('listCharges', query),
    listPriceVersions: (query) => readers.call('listPriceVersions', query),
    search: (query) => readSettled('search', query),
    getCursor: (source, name) => readers.call('getCursor', source, name),
    sourceCounts: () => readers.call('sourceCounts'),
    listRejects: (query) => readers.call('listRejects', query),
    listCommands: (query) => readers.call('listCommands', query),
    describe: () => readSettled('describe'),
    prune,
    listPruned: () => readers.call('listPruned'),
    prunedThrough: () => Math.max(0, ...prunedTo.values()),
    verifyRows: (query) => readers.call('verifyRows', query),
    catchUpSearch: () => search.catchUp(),
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/** All load at the same time, which is most of what a start takes; the readers then wait for the writer. */
async function startThreads(
  options: SqliteStoreOptions,
  on: { death(error: StoreError): void; notice(text: string): void },
) {
  const { dataDir, readers: readerCount = DEFAULT_READERS, newEpoch = randomUUID } = options;
  const readersStart = startReaderPool(dataDir, readerCount, on);
  const writerStart = startStoreWorker<WriterMethods, WriterGreeting>(
    new URL('./writer-worker.ts', import.meta.url),
    { dataDir, freshEpoch: newEpoch() },
    on,
  );
  try {
    const [writer, readers] = await Promise.all([writerStart, readersStart]);
    await readers.open();
    return { writer, readers };
  } catch (error) {
    const started = await Promise.allSettled([writerStart, readersStart]);
    for (const thread of started) if (thread.status === 'fulfilled') await thread.value.stop();
    throw error;
  }
}
