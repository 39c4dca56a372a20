import { setTimeout as wait } from 'node:timers/promises';

import { ensureBuild } from '#server/build.ts';

import type { Defer } from '../cleanup.ts';
import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { Program } from '../program.ts';
import { ROOT, startApi, startLab, startNothing, startProduct } from '../program.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { takeBigStore } from '../ten-million.ts';

/** A start's own garbage is gone by then, or stays. */
const SETTLE_MS = 1000;
const LOAD_RATE = 1000;
const LOAD_MS = 3000;
/** Before each kill: nearly the time between two snapshots, so that much is left to replay. */
const KILL_RATE = 5000;
const KILL_AFTER_MS = 12_000;
const STORE = {
  full: { rows: 10_000_000, messages: 1_000_000 },
  quick: { rows: 100_000, messages: 10_000 },
};
const READY_BAR = { atMost: 2000 };

type Start = (args: readonly string[]) => Promise<Program>;

/** How long a start takes, and what the process holds before and after load. */
export const section: BenchSection = {
  title: 'Memory (resident) and time from launch to ready',
  minutes: 5,
  measure,
};

function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  return withCleanup(async (defer) => {
    const size = pick(STORE);
    const full = takeBigStore(size, defer);
    await ensureBuild(ROOT, console.log);
    const nothing = await startRounds(rounds, startNothing);
    const bare = (values: readonly number[]) => ({ name: 'bare Node', value: median(values) });
    const ready = { unit: 'ms', control: bare(nothing.readyMs) };
    const memory = { unit: 'MiB', control: bare(nothing.idleMiB) };
    const rows = `${(size.rows / 1e6).toLocaleString('en-US')} M calls`;
    const figures: Figure[] = [];
    for (const [name, start] of [
      ['npm start', startProduct],
      ['without pages', startApi],
    ] as const) {
      const empty = await startRounds(rounds, (own) => start(['--data', makeTempDir(own)]));
      const large = await startRounds(rounds, () => start(['--data', full.dataDir]));
      const bars = [READY_BAR];
      figures.push(
        { name: `${name}: ready, empty store`, ...ready, rounds: empty.readyMs },
        { name: `${name}: ready, ${rows}`, ...ready, bars, rounds: large.readyMs },
        { name: `${name}: memory, idle`, ...memory, rounds: empty.idleMiB },
        { name: `${name}: memory, idle, ${rows}`, ...memory, rounds: large.idleMiB },
        {
          name: `${name}: memory, after load`,
          ...memory,
          rounds: await measureLoaded(rounds, start),
        },
      );
    }
    const killed = await startAfterKills(pick({ full: 3, quick: 1 }), full.dataDir);
    const name = `npm start: ready after kill -9 at ${KILL_RATE.toLocaleString('en-US')} events/s`;
    figures.push({ name, ...ready, bars: [READY_BAR], rounds: killed });
    return {
      figures,
      notes: [
        'Launch is that of `bin/organoscope.mjs`; ready is its line that says so. The store is in the page cache.',
        `Idle: ${SETTLE_MS / 1000} s after ready. After load: the lab at ${LOAD_RATE.toLocaleString('en-US')} events/s for ${LOAD_MS / 1000} s, nobody watching, then ${SETTLE_MS / 1000} s of silence.`,
        `Killed ${KILL_AFTER_MS / 1000} s after its start, with the large store.`,
      ],
    };
  });
}

async function startRounds(
  rounds: number,
  start: (defer: Defer) => Promise<Program>,
): Promise<{ readonly readyMs: readonly number[]; readonly idleMiB: readonly number[] }> {
  const readyMs: number[] = [];
  const idleMiB: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await withCleanup(async (defer) => {
      const program = await start(defer);
      defer(program.stop);
      readyMs.push(program.readyMs);
      await wait(SETTLE_MS);
      idleMiB.push(program.memoryMiB());
    });
  }
  return { readyMs, idleMiB };
}

async function measureLoaded(rounds: number, start: Start): Promise<readonly number[]> {
  const loadedMiB: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await withCleanup(async (defer) => {
      const dataDir = makeTempDir(defer);
      const program = await loadFor(defer, start, { dataDir, rate: LOAD_RATE, ms: LOAD_MS });
      await wait(SETTLE_MS);
      loadedMiB.push(program.memoryMiB());
    });
  }
  return loadedMiB;
}

async function startAfterKills(rounds: number, dataDir: string): Promise<readonly number[]> {
  const readyMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await withCleanup(async (defer) => {
      const load = { dataDir, rate: KILL_RATE, ms: KILL_AFTER_MS };
      const program = await loadFor(defer, startProduct, load);
      await program.kill('SIGKILL');
    });
    await withCleanup(async (defer) => {
      const program = await startProduct(['--data', dataDir]);
      defer(program.stop);
      readyMs.push(program.readyMs);
    });
  }
  return readyMs;
}

/** A server that has read from the lab for a while; the lab has ended. */
async function loadFor(
  defer: Defer,
  start: Start,
  { dataDir, rate, ms }: { dataDir: string; rate: number; ms: number },
): Promise<Program> {
  const lab = await startLab(['--port', '0', '--rate', `${rate}`]);
  defer(lab.stop);
  const source = ['--source', `bench=agentserver+${lab.url}`];
  const program = await start(['--data', dataDir, ...source]);
  defer(program.stop);
  await wait(ms);
  await lab.stop();
  return program;
}
