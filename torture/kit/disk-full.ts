import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';

import type { Flaw } from './flaws.ts';
import { createLedger } from './ledger.ts';
import { mountMemory, resizeMemory } from './mounts.ts';
import { ORGANISM } from './push.ts';
import { auditStore } from './store-audit.ts';
import { attachStrace } from './strace.ts';
import type { Counts, TortureContext } from './torture-test.ts';
import type { Victim } from './victim.ts';
import { createVictim } from './victim.ts';
import { until } from './waits.ts';
import { startWriters } from './writers.ts';

/** A disk that takes no more, three ways: a full file system, a limit on files, a failing write. */
export const DISK_FULL_FAULTS = ['full tmpfs', 'file-size limit', 'ENOSPC'] as const;
type DiskFullFault = (typeof DISK_FULL_FAULTS)[number];

export interface DiskFullVerdict {
  readonly fault: DiskFullFault;
  readonly counts: Counts;
  /** Requests answered with 503 or 507, and with anything else that is not 200. */
  readonly refusals: number;
  readonly otherAnswers: number;
  readonly readsOkShare: number;
  /** From the moment there is room again to the first batch that is acknowledged. */
  readonly recoveryMs: number;
  readonly exitCode: number | null;
}

const WRITERS = 4;
const BATCH_EVENTS = 50;
const ACKED_BEFORE = 2000;
const REFUSALS = 10;
/** A server that acknowledges so much cannot have kept it. */
const MORE_THAN_FITS = 20_000;
const READS = 100;
const MEMORY_MEBIBYTES = 12;
const ROOMY_MEBIBYTES = 256;
/** What the log may still grow by under a limit on file sizes. */
const HEADROOM_BYTES = 256 << 10;
const WAIT_LIMIT_MS = 30_000;
/** The guard would refuse before the fault comes: here the disk itself has to. */
const NO_GUARD = ['--disk-warn', '0', '--disk-refuse', '0'];

/** Plays until refused, reads meanwhile, makes room, and waits until it goes on. */
export async function playDiskFull(
  context: TortureContext,
  fault: DiskFullFault,
  flaws: readonly Flaw[],
): Promise<DiskFullVerdict> {
  const { dir, defer } = context;
  const name = [fault.replaceAll(' ', '-'), ...flaws].join('-');
  const disk = path.join(dir, name);
  if (fault === 'full tmpfs') mountMemory(disk, MEMORY_MEBIBYTES, defer);
  else mkdirSync(disk);
  const victim = createVictim({ dataDir: path.join(disk, 'data'), args: NO_GUARD, flaws, defer });
  const { url } = await victim.start();
  const ledger = createLedger(dir, { name, writers: WRITERS, defer });
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: victim.url,
  });
  const refusals = (): number => {
    const { refused } = writers.counts();
    return (refused[503] ?? 0) + (refused[507] ?? 0);
  };

  await until(
    WAIT_LIMIT_MS,
    'load acknowledged',
    () => ledger.ackedEvents() >= ACKED_BEFORE || refusals() > 0,
  );
  const makeRoom = await fill(context, victim, { fault, disk });
  await until(
    WAIT_LIMIT_MS,
    `refused by ${fault}`,
    () => refusals() >= REFUSALS || ledger.ackedEvents() >= MORE_THAN_FITS,
  );
  const readsOkShare = await readMeanwhile(url);
  const ackedWhileFull = ledger.ackedEvents();
  await makeRoom();
  const roomAt = performance.now();
  await until(WAIT_LIMIT_MS, 'acknowledged again', () => ledger.ackedEvents() > ackedWhileFull);
  const recoveryMs = performance.now() - roomAt;

  await writers.stop();
  const exitCode = await victim.end('SIGTERM');
  const { lost, doubled, moneyDeltaNanos } = auditStore(victim.dataDir, ledger.mark());
  const { refused } = writers.counts();
  const answered = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return {
    fault,
    counts: { ...ledger.answered(), lost, doubled, moneyDeltaNanos },
    refusals: refusals(),
    otherAnswers: answered - refusals(),
    readsOkShare,
    recoveryMs,
    exitCode,
  };
}

/** Takes the room away. @returns gives it back */
async function fill(
  { defer }: TortureContext,
  victim: Victim,
  { fault, disk }: { fault: DiskFullFault; disk: string },
): Promise<() => Promise<void>> {
  const { pid } = victim.process();
  const { wal } = storeFiles(victim.dataDir);
  switch (fault) {
    case 'full tmpfs':
      // It is small: the load itself fills it.
      return () => Promise.resolve(resizeMemory({ dir: disk }, ROOMY_MEBIBYTES));
    case 'file-size limit':
      limitFileSize(pid, String(statSync(wal).size + HEADROOM_BYTES));
      return () => Promise.resolve(limitFileSize(pid, 'unlimited'));
    case 'ENOSPC': {
      const inject = ['-P', wal, '-e', 'trace=pwrite64', '-e', 'inject=pwrite64:error=ENOSPC'];
      const strace = await attachStrace(pid, [...inject, '-o', '/dev/null'], defer);
      return () => strace.detach();
    }
  }
}

function limitFileSize(pid: number, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

async function readMeanwhile(url: string): Promise<number> {
  const paths = [
    `/api/v1/usage/billing?organism=${ORGANISM}`,
    `/api/v1/messages?organism=${ORGANISM}&limit=10`,
  ];
  let ok = 0;
  for (let i = 0; i < READS; i += 1) {
    const response = await fetch(`${url}${paths[i % paths.length]}`);
    await response.arrayBuffer();
    if (response.ok) ok += 1;
  }
  return ok / READS;
}
