import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { CallColumns } from './call-columns.ts';
import type { DayTotals } from './day-totals.ts';
import { listGroups } from './session-groups.ts';
import type { SessionKind, SharedWork } from './share.ts';

const WORKER = new URL('worker.ts', import.meta.url);
/** Reading is quicker than a disk with this many. */
const MAX_THREADS = 4;
/** A thread costs more to start than it saves on less. */
const MIN_BYTES_A_THREAD = 8 << 20;
/** Nearly all that a line leaves is garbage when the next is read. */
const YOUNG_MB = 48;

/**
 * What the calls that session files tell of add up to, each once, without a store and without a
 * server. Oldest day first, days with calls only.
 * @throws the file system's error for a folder that cannot be listed
 */
export async function addUp(
  kind: SessionKind,
  { root, zone }: { readonly root: string; readonly zone: string },
): Promise<DayTotals[]> {
  const { groups, bytes } = listGroups(kind, root);
  const threads = Math.min(MAX_THREADS, availableParallelism(), 1 + bytes / MIN_BYTES_A_THREAD);
  const work = { kind, groups, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) };
  const elsewhere = Array.from({ length: Math.floor(threads) - 1 }, () => runWorker(work));
  // Loaded while the others begin to read: prices take longer to load than threads to start.
  const [{ dayTotals, daysOf }, { readShare }, { joinColumns }] = await Promise.all([
    import('./day-totals.ts'),
    import('./share.ts'),
    import('./call-columns.ts'),
  ]);
  const daysBetween = await daysOf(zone);
  const parts = [readShare(work), ...(await Promise.all(elsewhere))];
  return dayTotals(joinColumns(parts), daysBetween);
}

function runWorker(workerData: SharedWork): Promise<CallColumns> {
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData, resourceLimits });
    worker.once('message', resolve).once('error', reject);
  });
}
