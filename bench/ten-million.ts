/** Builds a large store once and keeps it: `node bench/ten-million.ts --help`. */
import { createHash } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import Database from 'better-sqlite3';

import type { Connection } from '#db/sqlite/connection.ts';
import { openReaderConnection } from '#db/sqlite/connection.ts';
import { migrateDatabase } from '#db/sqlite/migrate.ts';
import { openStore } from '#db/sqlite/open-store.ts';
import { GRAINS, SUM_COLUMNS } from '#db/sqlite/rollup-grains.ts';
import { createIndexer } from '#db/sqlite/search/indexer.ts';
import { openSearchDatabase } from '#db/sqlite/search/search-database.ts';
import { storeFiles } from '#db/sqlite/store-files.ts';
import { createJournalWriter } from '#db/sqlite/writer/journal-writer.ts';
import { createSnapshotShelf } from '#db/sqlite/writer/snapshot-shelf.ts';
import type { PreparedEvent } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import type { JournalEvent } from '#organism/event.ts';
import { SNAPSHOT_VERSION, toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import type { BigStoreSize } from './big-store-events.ts';
import {
  BIG_STORE_FROM,
  BIG_STORE_TO,
  createBigStoreEvents,
  GENERATOR_VERSION,
} from './big-store-events.ts';
import type { Defer } from './cleanup.ts';
import { makeTempDir } from './cleanup.ts';

export const BIG_ORGANISM = 'bench';
const DEFAULT_ROWS = 10_000_000;
/** One transaction; large, because rollup rows are written once for each. */
const BATCH_EVENTS = 50_000;
const INDEX_BATCH = 1000;
const PROGRESS_MS = 5000;
const CACHE_KIB = 512 * 1024;

export interface BigStore extends BigStoreSize {
  /** Shared with every other run: open it to read, or `copyBigStore` it first. */
  readonly dataDir: string;
  /** Epoch milliseconds, half-open: 365 whole UTC days. */
  readonly from: number;
  readonly to: number;
}

/** The kept store of this size and schema, built first where there is none. */
export function ensureBigStore(
  size: BigStoreSize,
  { root = os.tmpdir(), log = console.log }: { root?: string; log?: (line: string) => void } = {},
): BigStore {
  const dataDir = path.join(root, cacheName(size));
  const store = { ...size, dataDir, from: BIG_STORE_FROM, to: BIG_STORE_TO };
  if (existsSync(dataDir)) return store;
  const part = `${dataDir}.part-${process.pid}`;
  try {
    buildStore(part, size, log);
    // Another run may have been quicker: then its store is as good.
    if (!existsSync(dataDir)) renameSync(part, dataDir);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return store;
}

/** A copy of one's own to write to. Quick where the file system shares blocks. */
export function copyBigStore(store: BigStore, dataDir: string): BigStore {
  mkdirSync(dataDir, { recursive: true });
  for (const name of readdirSync(store.dataDir)) {
    copyFileSync(
      path.join(store.dataDir, name),
      path.join(dataDir, name),
      constants.COPYFILE_FICLONE,
    );
  }
  return { ...store, dataDir };
}

/** A copy of the kept store for as long as a measurement takes. */
export function takeBigStore(size: BigStoreSize, defer: Defer): BigStore {
  return copyBigStore(ensureBigStore(size), path.join(makeTempDir(defer), 'big'));
}

/** Two builds with the same tables and pictures share a store, whatever else differs between them. */
function cacheName({ rows, messages }: BigStoreSize): string {
  const db = new Database(':memory:');
  migrateDatabase(db);
  const schema = db
    .prepare<[], { sql: string }>(
      'SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name',
    )
    .all()
    .map(({ sql }) => sql)
    .join(';');
  db.close();
  const versions = `${GENERATOR_VERSION};${SNAPSHOT_VERSION}`;
  const hash = createHash('sha256').update(`${versions};${schema}`).digest('hex');
  return `organoscope-bench-store-${hash.slice(0, 10)}-${rows}-${messages}`;
}

function buildStore(dataDir: string, size: BigStoreSize, log: (line: string) => void): void {
  const startedAt = performance.now();
  const store = openStore(dataDir, 'bench-big-store');
  const { db } = store;
  db.pragma('synchronous = OFF');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  fillStore(db, size, (done) => {
    const seconds = (performance.now() - startedAt) / 1000;
    const rate = Math.round(done / seconds).toLocaleString('en-US');
    log(`${done.toLocaleString('en-US')} events, ${seconds.toFixed(0)} s, ${rate}/s`);
  });
  log('indexing the words of messages');
  indexStore(dataDir, store.epoch);
  log('checking');
  checkStore(db, size);
  store.close();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  log(`${dataDir}: built and checked in ${seconds} s`);
}

function indexStore(dataDir: string, epoch: string): void {
  const files = storeFiles(dataDir);
  const store = openReaderConnection(files.database);
  const search = openSearchDatabase(files.search, epoch);
  const indexer = createIndexer(store, search);
  while (indexer.indexNext(INDEX_BATCH) > 0);
  search.close();
  store.close();
}

/** Through the writer's own code, so that every table is what the product would have written. */
function fillStore(db: Connection, size: BigStoreSize, onProgress: (done: number) => void): void {
  const writer = createJournalWriter(db);
  let state = emptyOrganism(BIG_ORGANISM);
  let done = 0;
  let shownAt = performance.now();
  const store = db.transaction((events: readonly PreparedEvent[]) => {
    const positions = writer.append({
      source: BIG_ORGANISM,
      organismId: BIG_ORGANISM,
      events,
      rejects: [],
      catalogueVersion: '1',
    });
    writer.settle();
    writer.flush();
    return positions;
  });
  for (const events of batchesOf(createBigStoreEvents(size), BATCH_EVENTS)) {
    const positions = store(events);
    writer.commit();
    state = applyAll(
      state,
      events.map((event, i) => toJournalEvent(event, positions[i] ?? 0)),
    );
    done += events.length;
    if (performance.now() - shownAt < PROGRESS_MS) continue;
    shownAt = performance.now();
    onProgress(done);
  }
  const { organismId, seq } = state;
  createSnapshotShelf(db).save({ organismId, seq, body: JSON.stringify(toSnapshot(state)) });
  onProgress(done);
}

function toJournalEvent(event: PreparedEvent, seq: number): JournalEvent {
  const position = { seq, organismId: BIG_ORGANISM, source: BIG_ORGANISM };
  if (event.type !== 'usage') return { ...event, ...position };
  return { ...event, ...position, costNanos: event.costNanos ?? null, price: event.price ?? null };
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @throws Error when a figure is kept in two places and they differ */
export function checkStore(db: Connection, { rows, messages }: BigStoreSize): void {
  const read = (sql: string) => db.prepare<[], Record<string, number>>(sql).get() ?? {};
  const expectEqual = (actual: unknown, expected: unknown, what: string): void => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) throw new Error(`${what} is wrong: ${is}, expected ${should}`);
  };
  const ledger = read(
    `SELECT count(*) AS requests, sum(input_fresh) AS input_fresh, sum(reasoning) AS reasoning,
       sum(coalesce(cost_nanos, reported_cost_nanos, 0)) AS cost_nanos FROM usage`,
  );
  expectEqual(ledger['requests'], rows, 'usage');
  const sums = SUM_COLUMNS.filter((column) => column in ledger);
  for (const { table } of GRAINS) {
    const rollup = read(
      `SELECT ${sums.map((sum) => `sum(${sum}) AS ${sum}`).join(', ')} FROM ${table}`,
    );
    expectEqual(
      sums.map((sum) => rollup[sum]),
      sums.map((sum) => ledger[sum]),
      table,
    );
  }
  const kept = read('SELECT sum(messages) AS messages, sum(events) AS events FROM organisms');
  const counted = {
    messages: read('SELECT count(*) AS n FROM messages')['n'],
    events: read('SELECT count(*) AS n FROM journal')['n'],
  };
  expectEqual(counted['messages'], messages, 'messages');
  expectEqual(kept, counted, 'the counters of the organism');
  const threads = read(
    'SELECT sum(cost_nanos) AS cost_nanos, sum(messages_seen) AS messages FROM threads',
  );
  expectEqual(threads, { cost_nanos: ledger['cost_nanos'], messages }, 'the sums of threads');
  expectEqual(db.pragma('quick_check(1)', { simple: true }), 'ok', 'quick_check');
}

const USAGE = `Usage: node bench/ten-million.ts [options]

  --rows 10000000     model calls
  --messages 1000000  messages; a tenth of the calls when absent

Prints the directory of the store. It is kept under ${os.tmpdir()} until somebody deletes it.`;

function main(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: String(DEFAULT_ROWS) },
      messages: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const rows = Number(values.rows);
  const messages = Number(values.messages ?? Math.round(rows / 10));
  const { dataDir } = ensureBigStore({ rows, messages });
  console.log(storeFiles(dataDir).database);
}

if (import.meta.main) main(process.argv.slice(2));
