import path from 'node:path';

import fc from 'fast-check';
import type { AsyncCommand } from 'fast-check';

import type { LivePosition, LiveReader } from '../kit/live-reader.ts';
import { createLiveReader } from '../kit/live-reader.ts';
import { checkAgreement, checkRange, compare, toModelEvents } from './agreement.ts';
import type { ModelEvent, ModelInput, Oracle, OracleState } from './oracle.ts';
import { totalsOf } from './oracle.ts';
import type { World } from './world.ts';
import { push, pushAndLeave, runKeeper } from './world.ts';

/** The oracle, and what it remembers of each backup. */
export interface Model {
  readonly oracle: Oracle;
  readonly backups: {
    readonly file: string;
    readonly lastSeq: number;
    readonly state: OracleState;
  }[];
  /** By reader: the events it must have seen since it began. */
  readonly seenFrom: Map<LiveReader, number>;
}

export type ModelCommand = AsyncCommand<Model, World>;

const FIRST_AT = Date.UTC(2026, 9, 24);
const MAX_BATCH = 12;
const MAX_READERS = 3;

/** One event to be: its key and place come with the run. */
interface Seedling {
  readonly kind: 'call' | 'unpriced' | 'message' | 'broken';
  /** Quarter hours from the first, in any order: later events may be earlier. */
  readonly quarter: number;
  readonly offMs: number;
  readonly agent: number;
  readonly costNanos: number;
}

const seedling: fc.Arbitrary<Seedling> = fc.record({
  kind: fc.constantFrom('call', 'call', 'call', 'unpriced', 'message', 'message', 'broken'),
  quarter: fc.integer({ min: 0, max: 400 }),
  offMs: fc.constantFrom(0, 0, 0, 0.25, 1, 899_999.75),
  agent: fc.integer({ min: 0, max: 3 }),
  costNanos: fc.integer({ min: 0, max: 3_000_000_000 }),
});
const seedlings = fc.array(seedling, { minLength: 1, maxLength: MAX_BATCH });

/** What a run is made of; the rare ones start processes. */
export function commandsOf(): fc.Arbitrary<ModelCommand>[] {
  const often = [
    seedlings.map((plants) => ingest(plants)),
    fc.nat().map((which) => repeat(which, false)),
    fc.nat().map((which) => repeat(which, true)),
    fc.nat().map((which) => contradict(which)),
    seedlings.map((plants) => loseAnswer(plants)),
    fc.boolean().map((isWhole) => subscribe(isWhole)),
    fc.nat().map((which) => disconnect(which)),
    fc.constant(resumeAll()),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => readRange(a, b)),
  ];
  const rarely = [
    fc.constant(end('SIGKILL')),
    fc.constant(end('SIGTERM')),
    fc.constant(backUp()),
    // It needs a backup first.
    fc.nat().map((which) => restore(which)),
    fc.nat().map((which) => restore(which)),
  ];
  // Each of the rare ones costs half a second.
  const weighted = fc.oneof(
    { weight: 60, arbitrary: fc.oneof(...often) },
    { weight: 1, arbitrary: fc.oneof(...rarely) },
  );
  return [weighted];
}

function plant({ oracle }: Model, seeds: readonly Seedling[]): ModelInput[] {
  return seeds.map((seed): ModelInput => {
    const key = oracle.nextKey();
    if (seed.kind === 'broken') return { type: 'usage', key };
    const occurredAt = FIRST_AT + seed.quarter * 900_000 + seed.offMs;
    const base = { key, occurredAt, id: key, threadId: `t${seed.agent}` };
    if (seed.kind === 'message') {
      const ends = { from: `a${seed.agent}`, to: 'b' };
      return { ...base, ...ends, type: 'message', payloadType: 'Note', payload: { key } };
    }
    return {
      ...base,
      type: 'usage',
      agent: `a${seed.agent}`,
      model: 'model-of-no-table',
      provider: 'nobody',
      org: null,
      user: null,
      tokens: {
        inputFresh: seed.agent,
        cacheRead: 0,
        cacheWrite: 0,
        outputVisible: 1,
        reasoning: 0,
      },
      latencyMs: null,
      reportedCostNanos: seed.kind === 'unpriced' ? null : seed.costNanos,
    };
  });
}

async function send({ oracle }: Model, world: World, batch: readonly ModelInput[]): Promise<void> {
  const expected = oracle.take(batch);
  const { accepted, duplicate, rejected } = await push(world, batch);
  compare('answer', { accepted, duplicate, rejected }, expected);
}

function ingest(seeds: readonly Seedling[]): ModelCommand {
  return {
    check: () => true,
    run: (model, world) => send(model, world, plant(model, seeds)),
    toString: () => `ingest(${JSON.stringify(seeds)})`,
  };
}

/** The same batch again, as a client does that is not sure; or turned round. */
function repeat(which: number, isTurned: boolean): ModelCommand {
  return {
    check: ({ oracle }) => oracle.batches.length > 0,
    async run(model, world) {
      const batch = pick(model.oracle.batches, which);
      await send(model, world, isTurned ? batch.toReversed() : batch);
    },
    toString: () => `repeat(${which}${isTurned ? ', turned' : ''})`,
  };
}

/** A known key with another body: refused, and the first one stays. */
function contradict(which: number): ModelCommand {
  return {
    check: ({ oracle }) => oracle.events.length > 0,
    async run(model, world) {
      const event = pick(model.oracle.events, which);
      await send(model, world, [{ ...event, occurredAt: event.occurredAt + 1 }]);
    },
    toString: () => `contradict(${which})`,
  };
}

/** The answer is lost; all of it is sent again and counts once. */
function loseAnswer(seeds: readonly Seedling[]): ModelCommand {
  return {
    check: () => true,
    async run({ oracle, ...model }, world) {
      const batch = plant({ oracle, ...model }, seeds);
      await pushAndLeave(world, batch);
      const expected = oracle.take(batch);
      const { accepted, duplicate, rejected } = await push(world, batch);
      const { rejected: broken } = expected;
      compare(
        'answer to the second try',
        { once: accepted + duplicate, rejected },
        { once: batch.length - broken, rejected: broken },
      );
    },
    toString: () => `loseAnswer(${JSON.stringify(seeds)})`,
  };
}

/** A browser: with a snapshot, or with everything since the run began. */
function subscribe(isWhole: boolean): ModelCommand {
  return {
    check: ({ oracle }) => oracle.batches.length > 0,
    async run(model, world) {
      if (world.readers.length >= MAX_READERS) world.readers.shift()?.close();
      const probe = await openReader(world, null);
      const isFromStart = isWhole && probe.position !== null;
      if (!isFromStart) {
        const later = compareSnapshot(probe, model.oracle);
        model.seenFrom.set(probe, model.oracle.events.length - later);
        return void world.readers.push(probe);
      }
      probe.close();
      const from = { epoch: probe.position.epoch, since: world.startSeq };
      const reader = await openReader(world, from);
      model.seenFrom.set(reader, 0);
      world.readers.push(reader);
      compareSeen(reader, model);
    },
    toString: () => `subscribe(${isWhole ? 'since the start' : 'snapshot'})`,
  };
}

async function openReader(world: World, from: LivePosition | null): Promise<LiveReader> {
  const reader = createLiveReader(world.name, from);
  await reader.open(await world.victim.url());
  await reader.reach(world.lastSeq);
  return reader;
}

function disconnect(which: number): ModelCommand {
  return {
    check: () => true,
    async run(_model, world) {
      if (world.readers.length > 0) pick(world.readers, which).close();
    },
    toString: () => `disconnect(${which})`,
  };
}

/** Everyone comes back, and has everything, in order, once. */
function resumeAll(): ModelCommand {
  return {
    check: () => true,
    run: resumeReaders,
    toString: () => 'resume',
  };
}

async function resumeReaders(model: Model, world: World): Promise<void> {
  for (const reader of world.readers) {
    await reader.open(await world.victim.url());
    await reader.reach(world.lastSeq);
    compareSeen(reader, model);
  }
}

function compareSeen(reader: LiveReader, { oracle, seenFrom }: Model): void {
  const expected = oracle.events.slice(seenFrom.get(reader) ?? 0).map(({ key }) => key);
  compare(
    'what a browser saw',
    toModelEvents(reader.events).map(({ key }) => key),
    expected,
  );
  compare('batches that did not follow', reader.breaks, 0);
}

/** A snapshot may be an older one with what came after it. @returns how many events came after it */
function compareSnapshot({ snapshot, events }: LiveReader, oracle: Oracle): number {
  const { calls, costNanos, unpricedCalls } = totalsOf(oracle.events);
  const later = toModelEvents(events);
  const since = totalsOf(later);
  const { requests = 0, costNanos: cost = 0, unpricedRequests = 0 } = snapshot?.usage ?? {};
  compare(
    'usage of a snapshot and what followed',
    [requests + since.calls, cost + since.costNanos, unpricedRequests + since.unpricedCalls],
    [calls, costNanos, unpricedCalls],
  );
  return later.length;
}

/** Killed or asked to stop, and started again. */
function end(signal: 'SIGKILL' | 'SIGTERM'): ModelCommand {
  return {
    check: () => true,
    async run(_model, { victim, rare }) {
      rare[signal === 'SIGKILL' ? 'kills' : 'restarts'] += 1;
      const code = await victim.end(signal);
      if (signal === 'SIGTERM') compare('exit code', code, 0);
      await victim.start();
    },
    toString: () => signal,
  };
}

function backUp(): ModelCommand {
  return {
    check: ({ oracle }) => oracle.batches.length > 0,
    async run({ oracle, backups }, world) {
      world.rare.backups += 1;
      const file = path.join(world.victim.dataDir, `backup-${world.rare.backups}.db`);
      await runKeeper(world, 'backup', file);
      backups.push({ file, lastSeq: world.lastSeq, state: oracle.save() });
    },
    toString: () => 'backup',
  };
}

/** Back to a backup, with a new epoch: whoever watched must begin anew. */
function restore(which: number): ModelCommand {
  return {
    check: ({ backups }) => backups.length > 0,
    async run(model, world) {
      const { file, lastSeq, state } = pick(model.backups, which);
      world.rare.restores += 1;
      await world.victim.end('SIGTERM');
      await runKeeper(world, 'restore', file);
      await world.victim.start();
      model.oracle.restore(state);
      world.lastSeq = lastSeq;
      for (const reader of world.readers) {
        const before = reader.resets.length;
        await reader.open(await world.victim.url());
        await reader.reach(lastSeq);
        compare('told to begin anew', reader.resets.slice(before), ['epoch']);
        const later = compareSnapshot(reader, model.oracle);
        model.seenFrom.set(reader, model.oracle.events.length - later);
      }
    },
    toString: () => `restore(${which})`,
  };
}

/** A range that begins and ends with an event each, both inclusive. */
function readRange(a: number, b: number): ModelCommand {
  return {
    check: ({ oracle }) => oracle.events.length > 0,
    async run({ oracle }, world) {
      const ends = [pick(oracle.events, a), pick(oracle.events, b)].map(at);
      await checkRange(world, oracle, [Math.min(...ends), Math.max(...ends)]);
    },
    toString: () => `range(${a}, ${b})`,
  };
}

/** After the last command: everyone back, and every view the same. */
export async function settle(model: Model, world: World): Promise<void> {
  await resumeReaders(model, world);
  for (const reader of world.readers) reader.close();
  await checkAgreement(world, model.oracle);
}

function at({ occurredAt }: ModelEvent): number {
  return occurredAt;
}

function pick<T>(items: readonly T[], which: number): T {
  const item = items[which % items.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
