import { randomUUID } from 'node:crypto';
import path from 'node:path';

import type { CommitMarks } from '#db/sqlite/commit-marks.ts';
import { openStore } from '#db/sqlite/open-store.ts';
import { storeFiles } from '#db/sqlite/store-files.ts';
import type { GroupCommit } from '#db/sqlite/writer/group-commit.ts';
import { createGroupCommit } from '#db/sqlite/writer/group-commit.ts';
import type { AppendBatch, PreparedEvent } from '#db/store.ts';
import type { AppliedPrice } from '#organism/event.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { insertRaw, readStoreRows } from '../raw-inserts.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import type { Spent } from '../stopwatch.ts';
import { measureSpent } from '../stopwatch.ts';
import { takeBigStore } from '../ten-million.ts';

const BATCH_EVENTS = 1000;
/** What the append queue commits together under load. */
const GROUP_BATCHES = 4;
/** One commit each. */
const SINGLE_EVENTS = 500;
const NO_MARKS: CommitMarks = { write: () => {}, close: () => {} };

type KeyMaker = (n: number) => string;
const KEYS: Readonly<Record<'random' | 'ordered', KeyMaker>> = {
  random: () => randomUUID(),
  ordered: (n) => `call-${String(n).padStart(12, '0')}`,
};

interface Round {
  readonly random: Spent;
  readonly ordered: Spent;
  readonly raw: Spent;
  readonly bigRandom: Spent;
  readonly bigOrdered: Spent;
  readonly singles: Spent;
  readonly singlesUnmarked: Spent;
}

/** The writer thread's own work, in this process: no thread to cross to, nothing before the journal. */
export const section: BenchSection = {
  title: 'The writer alone: model calls into the journal beside raw better-sqlite3',
  minutes: 4,
  measure,
};

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const events = pick({ full: 120_000, quick: 8000 });
  const size = pick({
    full: { rows: 10_000_000, messages: 1_000_000 },
    quick: { rows: 100_000, messages: 10_000 },
  });
  const results = await withCleanup(async (defer) => {
    const big = takeBigStore(size, defer);
    const played: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      played.push(await playRound(events, big.dataDir, round));
    }
    return played;
  });
  return {
    figures: figuresOf(results, events, `${size.rows.toLocaleString('en-US')} stored`),
    notes: [
      `${events.toLocaleString('en-US')} model calls of 8 models and 50 agents, 200 to a thread; batches of ${BATCH_EVENTS}, ${GROUP_BATCHES} to a commit. Random keys are UUIDs, which is the worst case; ordered ones grow with time.`,
      'Raw inserts the rows that came of the calls, with the same tables and indexes, 4,000 events to a commit: it looks nothing up and updates no sum.',
      `The record of commits: ${SINGLE_EVENTS} commits of one call each, with it and without.`,
    ],
  };
}

function figuresOf(results: readonly Round[], events: number, full: string): Figure[] {
  const rates = (part: keyof Round, count = events): number[] =>
    results.map((round) => (count / round[part].elapsedMs) * 1000);
  const costs = (part: keyof Round): number[] =>
    results.map((round) => (round[part].cpuMs * 1000) / events);
  const control = (name: string, values: readonly number[]) => ({ name, value: median(values) });
  const raw = control('raw', rates('raw'));
  const empty = control('empty store', rates('random'));
  const rawCost = control('raw', costs('raw'));
  const unmarked = control('without it', rates('singlesUnmarked', SINGLE_EVENTS));
  const rate = { unit: 'events/s' };
  const cost = { unit: 'µs' };
  return [
    {
      name: 'random keys, empty store',
      ...rate,
      control: raw,
      bars: [{ atLeast: 40_000 }, { of: 'ratio', atLeast: 0.25 }],
      rounds: rates('random'),
    },
    { name: 'ordered keys, empty store', ...rate, control: raw, rounds: rates('ordered') },
    { name: 'raw better-sqlite3', ...rate, rounds: rates('raw') },
    {
      name: `random keys, ${full}`,
      ...rate,
      control: empty,
      bars: [{ of: 'ratio', atLeast: 0.35 }],
      rounds: rates('bigRandom'),
    },
    { name: `ordered keys, ${full}`, ...rate, control: empty, rounds: rates('bigOrdered') },
    {
      name: 'processor time per call',
      ...cost,
      control: rawCost,
      bars: [{ atMost: 18 }],
      rounds: costs('random'),
    },
    { name: `processor time, ${full}`, ...cost, control: rawCost, rounds: costs('bigRandom') },
    {
      name: 'single commits with the record of commits',
      unit: 'commits/s',
      control: unmarked,
      rounds: rates('singles', SINGLE_EVENTS),
    },
  ];
}

function playRound(events: number, bigDir: string, round: number): Promise<Round> {
  return withCleanup(async (defer) => {
    const dir = makeTempDir(defer);
    const append = (dataDir: string, keys: KeyMaker) =>
      appendTo(dataDir, makeBatches(events, round, keys), GROUP_BATCHES);
    const random = await append(path.join(dir, 'random'), KEYS.random);
    const ordered = await append(path.join(dir, 'ordered'), KEYS.ordered);
    const rows = readStoreRows(storeFiles(path.join(dir, 'random')).database);
    const singles = makeBatches(SINGLE_EVENTS, round, KEYS.random, 1);
    return {
      random,
      ordered,
      raw: await insertRaw(path.join(dir, 'raw.db'), rows, {
        synchronous: 'FULL',
        groupsPerCommit: BATCH_EVENTS * GROUP_BATCHES,
      }),
      bigRandom: await append(bigDir, KEYS.random),
      bigOrdered: await append(bigDir, KEYS.ordered),
      singles: await appendTo(path.join(dir, 'marked'), singles, 1),
      singlesUnmarked: await appendTo(path.join(dir, 'unmarked'), singles, 1, NO_MARKS),
    };
  });
}

async function appendTo(
  dataDir: string,
  batches: readonly AppendBatch[],
  groupBatches: number,
  marks?: CommitMarks,
): Promise<Spent> {
  const store = openStore(dataDir, 'bench');
  const group = createGroupCommit({
    db: store.db,
    marks: marks ?? store.marks,
    onBusy: () => {},
    onFatal: () => {},
  });
  const spent = await measureSpent(() => appendAll(group, batches, groupBatches));
  store.close();
  return spent;
}

async function appendAll(
  group: GroupCommit,
  batches: readonly AppendBatch[],
  groupBatches: number,
): Promise<void> {
  for (let from = 0; from < batches.length; from += groupBatches) {
    const outcome = await group.append(batches.slice(from, from + groupBatches));
    const failed = outcome.batches.find((batch) => 'failure' in batch);
    if (failed !== undefined) throw new Error(`not stored: ${JSON.stringify(failed)}`);
  }
}

function makeBatches(
  events: number,
  round: number,
  keyOf: KeyMaker,
  batchEvents = BATCH_EVENTS,
): AppendBatch[] {
  const from = Date.now();
  const first = round * events;
  return Array.from({ length: Math.ceil(events / batchEvents) }, (_, batch) => ({
    source: 'bench',
    organismId: 'bench',
    catalogueVersion: '1',
    rejects: [],
    events: Array.from({ length: batchEvents }, (_event, i) => {
      const n = first + batch * batchEvents + i;
      return makeCall(n, keyOf(n), from + n);
    }),
  }));
}

const PRICE: AppliedPrice = {
  source: 'bench',
  version: '1',
  provider: 'anthropic',
  model: 'claude-sonnet',
  unitNanos: {
    inputFresh: 3e9,
    cacheRead: 3e8,
    cacheWrite: 3.75e9,
    outputVisible: 15e9,
    reasoning: 15e9,
  },
};

function makeCall(n: number, key: string, at: number): PreparedEvent {
  return {
    type: 'usage',
    key,
    occurredAt: at,
    receivedAt: at + 5,
    id: `call-${n}`,
    threadId: `writer-${Math.floor(n / 200)}`,
    agent: `agent-${n % 50}`,
    model: `model-${n % 8}`,
    provider: 'anthropic',
    org: `org-${n % 5}`,
    user: null,
    tokens: {
      inputFresh: 100 + (n % 977),
      cacheRead: 20,
      cacheWrite: 3,
      outputVisible: 40 + (n % 91),
      reasoning: 5,
    },
    latencyMs: 812.5,
    reportedCostNanos: null,
    costNanos: 1_234_567 + n,
    price: PRICE,
  };
}
