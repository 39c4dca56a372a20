import path from 'node:path';

import Database from 'better-sqlite3';
import pino from 'pino';

import { openReaderConnection } from '#db/sqlite/connection.ts';
import { createIndexer } from '#db/sqlite/search/indexer.ts';
import { openSearchDatabase } from '#db/sqlite/search/search-database.ts';
import { storeFiles } from '#db/sqlite/store-files.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';
import type { Place, Store, UsageDimension } from '#db/store.ts';
import { HOUR_MS } from '#organism/durations.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Bar, Control, Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { timeRounds } from '../stopwatch.ts';
import type { BigStore } from '../ten-million.ts';
import { BIG_ORGANISM, takeBigStore } from '../ten-million.ts';

/** What the pages of a dashboard wait for when the store is full. */
export const section: BenchSection = {
  title: 'Queries over ten million calls and a million messages',
  minutes: 3,
  measure,
};

const UTC_BAR: Bar = { atMost: 20 };
const ZONE_BAR: Bar = { atMost: 150 };
const BILL_BAR: Bar = { atMost: 30 };
const PAGE_BAR: Bar = { atMost: 5 };
const TEXT_BAR: Bar = { atMost: 100 };
const ZONES = ['Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Auckland'];
const SORTS = ['activity', 'created', 'messages', 'tokens', 'cost', 'budget'] as const;
const PAGE = { organismId: BIG_ORGANISM, limit: 100, offset: 0 };
const MONTH_FROM = Date.UTC(2026, 9, 1);
const INDEXED_DOCUMENTS = 20_000;
const SLICE_DOCUMENTS = 100;

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const size = pick({
    full: { rows: 10_000_000, messages: 1_000_000 },
    quick: { rows: 100_000, messages: 10_000 },
  });
  return withCleanup(async (defer) => {
    const big = takeBigStore(size, defer);
    const controls = await scan(rounds, big);
    const log = pino({ level: 'error' });
    const store = await createSqliteStore({ dataDir: big.dataDir, log });
    defer(() => store.close());
    const bench = createBench(rounds);
    await measureDays(bench, store, big, controls);
    await measureBills(bench, store, big, controls);
    await measurePages(bench, store, big, controls);
    await measureTexts(bench, store, big, controls);
    return {
      figures: [...bench.figures, ...(await measureIndexing(rounds, big, makeTempDir(defer)))],
      notes: [
        `${size.rows.toLocaleString('en-US')} calls over 365 days, 10 orgs, 200 agents and 8 models; ${size.messages.toLocaleString('en-US')} messages; pages of 100. Every figure is after one run that is not counted.`,
        'The scans are one SQL statement each over the ledger or the journal, without a rollup, a place or an index of words; the sums of days and bills were equal to theirs.',
        'Threads are 50,000.',
      ],
    };
  });
}

interface Bench {
  readonly figures: Figure[];
  time<T>(name: string, about: { bar?: Bar; control?: Control }, run: () => Promise<T>): Promise<T>;
}

function createBench(rounds: number): Bench {
  const figures: Figure[] = [];
  return {
    figures,
    async time(name, { bar, control }, run) {
      await run();
      const timed = await timeRounds(rounds, run);
      figures.push({
        name,
        unit: 'ms',
        rounds: timed.rounds,
        control,
        bars: bar === undefined ? undefined : [bar],
      });
      return timed.result;
    },
  };
}

interface Total {
  readonly requests: number;
  readonly costNanos: number;
}
interface Controls {
  readonly days: Control;
  readonly month: Control;
  readonly offset: Control;
  readonly like: Control;
  readonly yearTotal: Total;
  readonly monthTotal: Total;
}

const SUMS = `count(*) AS requests, sum(coalesce(cost_nanos, reported_cost_nanos, 0)) AS costNanos,
  sum(input_fresh + cache_read + cache_write + output_visible + reasoning) AS tokens`;

/** The same answers without what makes them quick. */
async function scan(rounds: number, big: BigStore): Promise<Controls> {
  const db = new Database(storeFiles(big.dataDir).database, { readonly: true });
  const sums = (groupBy: string) =>
    db.prepare<[number, number], Total>(
      `SELECT ${SUMS} FROM usage WHERE occurred_at >= ? AND occurred_at < ? GROUP BY ${groupBy}`,
    );
  const days = sums('CAST(occurred_at / 86400000 AS INTEGER)');
  const groups = sums('model_id, agent_id');
  const page = db.prepare<[number]>(
    'SELECT seq FROM usage WHERE organism_id = 1 ORDER BY occurred_at DESC, seq DESC LIMIT 100 OFFSET ?',
  );
  const like = db.prepare<[string]>(
    `SELECT m.seq FROM messages m JOIN journal j ON j.seq = m.seq WHERE j.body LIKE ?
     ORDER BY m.occurred_at DESC LIMIT 100`,
  );
  const few = Math.min(rounds, 3);
  const ofDays = await timeRounds(few, () => addUp(days.all(big.from, big.to)));
  const ofMonth = await timeRounds(few, () => addUp(groups.all(MONTH_FROM, big.to)));
  const ofPage = await timeRounds(few, () => page.all(big.rows / 2));
  const ofLike = await timeRounds(few, () => like.all('%no such word%'));
  db.close();
  const control = (name: string, timed: { readonly rounds: readonly number[] }): Control => ({
    name,
    value: median(timed.rounds),
  });
  return {
    days: control('scan, days', ofDays),
    month: control('scan, month', ofMonth),
    offset: control('plain OFFSET half way', ofPage),
    like: control('LIKE over all messages', ofLike),
    yearTotal: ofDays.result,
    monthTotal: ofMonth.result,
  };
}

async function measureDays(
  bench: Bench,
  store: Store,
  { from, to }: BigStore,
  { days: control, yearTotal }: Controls,
): Promise<void> {
  const ask = async (
    timezone: string,
    groupBy: UsageDimension | undefined,
    bar: Bar | undefined,
  ) => {
    const by = groupBy === undefined ? '' : ` by ${groupBy}`;
    const rows = await bench.time(
      `365 days${by}, ${timezone}`,
      { control, ...(bar === undefined ? {} : { bar }) },
      () => store.dailyUsage({ organismId: BIG_ORGANISM, from, to, timezone, groupBy }),
    );
    expectTotal(addUp(rows.map(({ sum }) => sum)), yearTotal, `days${by} in ${timezone}`);
  };
  await ask('UTC', undefined, UTC_BAR);
  for (const zone of ZONES) await ask(zone, undefined, ZONE_BAR);
  for (const groupBy of ['model', 'org'] as const) {
    for (const zone of ['UTC', 'Europe/Berlin', 'Pacific/Auckland']) {
      await ask(zone, groupBy, ZONE_BAR);
    }
  }
  // 73,000 rows: what they cost to hand over is most of it.
  await ask('UTC', 'agent', undefined);
  await ask('Europe/Berlin', 'agent', undefined);
}

async function measureBills(
  bench: Bench,
  store: Store,
  { to }: BigStore,
  { month: control, monthTotal }: Controls,
): Promise<void> {
  const month = { organismId: BIG_ORGANISM, from: MONTH_FROM, to };
  const bill = await bench.time('a month by model and agent, UTC', { bar: BILL_BAR, control }, () =>
    store.sumUsage({ ...month, groupBy: ['model', 'agent'] }),
  );
  expectTotal(addUp(bill.map(({ sum }) => sum)), monthTotal, 'the bill');
  // The last Sunday of October is in it: it begins at +2 h and ends at +1 h.
  const berlin = { from: MONTH_FROM - 2 * HOUR_MS, to: to - HOUR_MS };
  await bench.time('a month by model and agent, Europe/Berlin', { bar: BILL_BAR, control }, () =>
    store.sumUsage({ ...month, ...berlin, groupBy: ['model', 'agent'] }),
  );
  await bench.time('all time by agent', { control: { ...control, name: 'scan, month' } }, () =>
    store.sumUsage({ organismId: BIG_ORGANISM, groupBy: ['agent'] }),
  );
}

async function measurePages(
  bench: Bench,
  store: Store,
  { rows, messages }: BigStore,
  { offset: control }: Controls,
): Promise<void> {
  const about = { bar: PAGE_BAR, control };
  await bench.time('calls: first page', about, () => store.listUsage(PAGE));
  for (const share of [0.5, 0.99]) {
    const depth = Math.floor(rows * share);
    const after = placeOf(await store.listUsage({ ...PAGE, limit: 1, offset: depth }));
    await bench.time(`calls: behind ${millions(depth)}`, about, () =>
      store.listUsage({ ...PAGE, after }),
    );
    await bench.time(`calls: offset ${millions(depth)}`, { control }, () =>
      store.listUsage({ ...PAGE, offset: depth }),
    );
  }
  for (const sort of SORTS) {
    const query = { ...PAGE, sort };
    const half = await store.listThreads({ ...query, limit: 1, offset: Math.floor(rows / 400) });
    const after = placeOf(half);
    await bench.time(`threads by ${sort}: behind half`, about, () =>
      store.listThreads({ ...query, after }),
    );
  }
  await bench.time('threads of one agent', about, () =>
    store.listThreads({ ...PAGE, agent: 'agent-010' }),
  );
  await bench.time('messages: first page', about, () => store.listMessages(PAGE));
  for (const share of [0.5, 0.99]) {
    const depth = Math.floor(messages * share);
    const [row] = (await store.listMessages({ ...PAGE, limit: 1, offset: depth })).rows;
    const query = { ...PAGE, beforeSeq: row?.seq };
    await bench.time(`messages: behind ${millions(depth)}`, about, () => store.listMessages(query));
    await bench.time(`messages of one agent: behind ${millions(depth)}`, about, () =>
      store.listMessages({ ...query, agent: 'agent-010' }),
    );
  }
  await bench.time('errors: first page', about, () => store.listErrors(PAGE));
}

async function measureTexts(
  bench: Bench,
  store: Store,
  { messages }: BigStore,
  { like: control }: Controls,
): Promise<void> {
  const about = { bar: TEXT_BAR, control };
  const { common, rare } = await pickWords(store);
  const half = await store.listMessages({ ...PAGE, limit: 1, offset: Math.floor(messages / 2) });
  const beforeSeq = half.rows[0]?.seq;
  for (const [name, text] of [
    ['a common word', common],
    ['two letters', common.slice(0, 2)],
    ['a rare word', rare],
    ['two words', `${common} ${rare.slice(0, 3)}`],
    ['no such word', 'qqqq'],
  ] as const) {
    await bench.time(`palette: ${name}`, about, () => store.search({ text, limit: 20 }));
    await bench.time(`messages with ${name}`, about, () => store.listMessages({ ...PAGE, text }));
    await bench.time(`messages with ${name}: behind half`, about, () =>
      store.listMessages({ ...PAGE, text, beforeSeq }),
    );
    await bench.time(`threads with ${name}`, about, () => store.listThreads({ ...PAGE, text }));
  }
  const agent = 'agent-010';
  await bench.time('messages of one agent with a common word', about, () =>
    store.listMessages({ ...PAGE, text: common, agent }),
  );
  await bench.time('messages of one type', about, () =>
    store.listMessages({ ...PAGE, payloadType: 'Review' }),
  );
  await bench.time('errors: fatal, with a word', about, () =>
    store.listErrors({ ...PAGE, severity: 'fatal', text: 'timed' }),
  );
}

/** Of some of the newest texts: the word most messages hold, and one that few do. */
async function pickWords(store: Store): Promise<{ common: string; rare: string }> {
  const { rows } = await store.listMessages({ ...PAGE, limit: 20 });
  const texts = rows.map(({ payload }) => String((payload as { text?: unknown }).text));
  const words = [...new Set(texts.join(' ').split(' '))].slice(0, 60);
  const counted: { word: string; total: number }[] = [];
  for (const word of words) {
    const { total } = await store.listMessages({ ...PAGE, limit: 1, text: `${word} ` });
    counted.push({ word, total });
  }
  counted.sort((a, b) => b.total - a.total);
  return { common: counted[0]?.word ?? '', rare: counted.at(-1)?.word ?? '' };
}

/** What the thread behind the writer does with a document. */
async function measureIndexing(rounds: number, big: BigStore, dir: string): Promise<Figure[]> {
  const documents = Math.min(INDEXED_DOCUMENTS, big.messages);
  const perDocument: number[] = [];
  const slowest: number[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    const store = openReaderConnection(storeFiles(big.dataDir).database);
    const search = openSearchDatabase(path.join(dir, `${round}.search`), 'bench');
    const indexer = createIndexer(store, search);
    const slices: number[] = [];
    for (let done = 0; done < documents; done += SLICE_DOCUMENTS) {
      const startedAt = performance.now();
      indexer.indexNext(SLICE_DOCUMENTS);
      slices.push(performance.now() - startedAt);
    }
    perDocument.push((slices.reduce((sum, ms) => sum + ms, 0) * 1000) / documents);
    slowest.push(Math.max(...slices));
    search.close();
    store.close();
  }
  return [
    { name: 'indexing, per document', unit: 'µs', rounds: perDocument },
    { name: `indexing, slowest ${SLICE_DOCUMENTS} documents`, unit: 'ms', rounds: slowest },
  ];
}

function placeOf({ next }: { readonly next: Place | null }): Place | undefined {
  return next ?? undefined;
}

function millions(count: number): string {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : count.toLocaleString('en-US');
}

function addUp(rows: readonly Total[]): Total {
  const total = { requests: 0, costNanos: 0 };
  for (const { requests, costNanos } of rows) {
    total.requests += requests;
    total.costNanos += costNanos;
  }
  return total;
}

/** A fast wrong sum is no result. */
function expectTotal(actual: Total, expected: Total, what: string): void {
  if (actual.requests === expected.requests && actual.costNanos === expected.costNanos) return;
  const [is, should] = [actual, expected].map((total) => JSON.stringify(total));
  throw new Error(`${what} is wrong: ${is}, the scan says ${should}`);
}
