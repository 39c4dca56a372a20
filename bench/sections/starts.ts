import { setTimeout as wait } from 'node:timers/promises';

import { ensureBuild } from '#server/build.ts';

import type { Defer } from '../cleanup.ts';
import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { Program } from '../program.ts';
import { ROOT, startApi, startLab, startNothing, startProduct } from '../program.ts';
import type { BenchContext, BenchSection } from '../section.ts';

/** A start's own garbage is gone by then, or stays. */
const SETTLE_MS = 1000;
const LOAD_RATE = 1000;
const LOAD_MS = 3000;

type Start = (args: readonly string[]) => Promise<Program>;

/** How long a start takes, and what the process holds before and after load. */
export const section: BenchSection = {
  title: 'Memory (resident) and time from launch to ready',
  minutes: 5,
  measure,
};

async function measure({ rounds, usageYear }: BenchContext): Promise<Measured> {
  const year = await usageYear();
  await ensureBuild(ROOT, console.log);
  const nothing = await startRounds(rounds, startNothing);
  const ready = { name: 'bare Node', value: median(nothing.readyMs) };
  const idle = { name: 'bare Node', value: median(nothing.idleMiB) };
  const figures: Figure[] = [];
  for (const [name, start] of [
    ['npm start', startProduct],
    ['without pages', startApi],
  ] as const) {
    const empty = await startRounds(rounds, (defer) => start(['--data', makeTempDir(defer)]));
    const full = await startRounds(rounds, () => start(['--data', year.dataDir]));
    const loadedMiB = await measureLoaded(rounds, start);
    const rows = `${(year.rows / 1e6).toFixed(2)} M rows`;
    figures.push(
      { name: `${name}: ready, empty store`, unit: 'ms', rounds: empty.readyMs, control: ready },
      { name: `${name}: ready, ${rows}`, unit: 'ms', rounds: full.readyMs, control: ready },
      { name: `${name}: memory, idle`, unit: 'MiB', rounds: empty.idleMiB, control: idle },
      { name: `${name}: memory, idle, ${rows}`, unit: 'MiB', rounds: full.idleMiB, control: idle },
      { name: `${name}: memory, after load`, unit: 'MiB', rounds: loadedMiB, control: idle },
    );
  }
  return {
    figures,
    notes: [
      `Idle: ${SETTLE_MS / 1000} s after ready. After load: the lab at ${LOAD_RATE.toLocaleString('en-US')} events/s for ${LOAD_MS / 1000} s, nobody watching, then ${SETTLE_MS / 1000} s of silence.`,
    ],
  };
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
      const lab = await startLab(['--port', '0', '--rate', `${LOAD_RATE}`]);
      defer(lab.stop);
      const source = ['--source', `bench=agentserver+${lab.url}`];
      const program = await start(['--data', makeTempDir(defer), ...source]);
      defer(program.stop);
      await wait(LOAD_MS);
      await lab.stop();
      await wait(SETTLE_MS);
      loadedMiB.push(program.memoryMiB());
    });
  }
  return loadedMiB;
}
