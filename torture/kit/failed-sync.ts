import { readFileSync } from 'node:fs';
import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';

import { createLedger } from './ledger.ts';
import { auditStore } from './store-audit.ts';
import { attachStrace } from './strace.ts';
import type { Counts, TortureContext } from './torture-test.ts';
import { createVictim } from './victim.ts';
import { until } from './waits.ts';
import { startWriters } from './writers.ts';

/** An error of the disk at a sync: of the log or of the high-water mark, once or from then on. */
export const SYNC_FAULTS = [
  'EIO once on the log',
  'EIO once on the mark',
  'EIO on every sync',
] as const;
type SyncFault = (typeof SYNC_FAULTS)[number];

export interface FailedSyncVerdict {
  readonly fault: SyncFault;
  readonly counts: Counts;
  /** From the first sync that failed to the end of the process. */
  readonly exitMs: number;
  readonly exitCode: number | null;
  /** Whether its last words name the store and what failed. */
  readonly saysWhy: boolean;
}

const WRITERS = 4;
const BATCH_EVENTS = 50;
const ACKED_BEFORE = 2000;
const ACKED_AFTER = 2000;
/** Which sync fails, counted from the moment strace is there. */
const FAILING_SYNC = 20;
const WAIT_LIMIT_MS = 30_000;
const INJECTED = /^\d+ +(\d+\.\d+) .*\(INJECTED\)/m;

/** Plays until a sync fails and the server ends, starts it again, and plays on. */
export async function playFailedSync(
  { dir, defer }: TortureContext,
  fault: SyncFault,
): Promise<FailedSyncVerdict> {
  const name = fault.replaceAll(' ', '-');
  const victim = createVictim({ dataDir: path.join(dir, name), defer });
  const ledger = createLedger(dir, { name, writers: WRITERS, defer });
  await victim.start();
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: victim.url,
  });
  const acked = (count: number): Promise<unknown> =>
    until(WAIT_LIMIT_MS, `${count} acknowledged`, () => ledger.ackedEvents() >= count);
  await acked(ACKED_BEFORE);

  const log = path.join(dir, `${name}.strace`);
  const calls = [...injectionOf(fault, victim.dataDir), '-ttt', '-o', log];
  await attachStrace(victim.process().pid, calls, defer);
  const { code, stderr } = await victim.ended(WAIT_LIMIT_MS);
  const endedAt = Date.now();
  const failedAt = Number(INJECTED.exec(readFileSync(log, 'latin1'))?.[1]) * 1000;

  await victim.start();
  await acked(ledger.ackedEvents() + ACKED_AFTER);
  await writers.stop();
  await victim.end('SIGTERM');
  const { lost, doubled, moneyDeltaNanos } = auditStore(victim.dataDir, ledger.mark());
  return {
    fault,
    counts: { ...ledger.answered(), lost, doubled, moneyDeltaNanos },
    exitMs: endedAt - failedAt,
    exitCode: code,
    saysWhy: /cannot .*(?:write to the store|record a commit)/i.test(stderr),
  };
}

function injectionOf(fault: SyncFault, dataDir: string): string[] {
  const { wal, marks } = storeFiles(dataDir);
  const inject = 'inject=fsync,fdatasync:error=EIO:when=';
  const trace = ['-e', 'trace=fsync,fdatasync', '-e'];
  switch (fault) {
    case 'EIO once on the log':
      return ['-P', wal, ...trace, `${inject}${FAILING_SYNC}`];
    case 'EIO once on the mark':
      return ['-P', marks, ...trace, `${inject}${FAILING_SYNC}`];
    case 'EIO on every sync':
      return [...trace, `${inject}${FAILING_SYNC}+`];
  }
}
