import { parentPort, workerData } from 'node:worker_threads';

import { z } from 'zod';

import { toFailure } from './store-failure.ts';
import { backUpStore } from './upkeep/backup.ts';

/** A thread that makes one backup and ends: reading a copy back would stall whoever serves. */

const jobSchema = z.object({ dataDir: z.string(), file: z.string() });

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('backup-worker.ts runs in a worker thread only');
  try {
    port.postMessage({ manifest: await backUpStore(jobSchema.parse(workerData)) });
  } catch (error) {
    port.postMessage({ failure: toFailure(error, 'make a backup') });
  }
}

await main();
