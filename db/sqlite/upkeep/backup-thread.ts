import { Worker } from 'node:worker_threads';

import { StoreError } from '#db/store.ts';

import type { StoreFailure } from '../store-failure.ts';
import { fromFailure } from '../store-failure.ts';
import type { BackupManifest } from './backup-manifest.ts';

type Answer = { readonly manifest: BackupManifest } | { readonly failure: StoreFailure };

/**
 * Makes a backup in a thread of its own.
 * @param signal cuts it off; what it leaves has no name of a backup
 * @throws StoreError
 */
export function backUpInThread(
  job: { readonly dataDir: string; readonly file: string },
  signal: AbortSignal,
): Promise<BackupManifest> {
  const worker = new Worker(new URL('../backup-worker.ts', import.meta.url), { workerData: job });
  const cutOff = (): void => void worker.terminate();
  signal.addEventListener('abort', cutOff, { once: true });
  return new Promise<BackupManifest>((resolve, reject) => {
    worker.once('message', (answer: Answer) => {
      if ('manifest' in answer) resolve(answer.manifest);
      else reject(fromFailure(answer.failure));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      reject(new StoreError('closed', `The backup ${job.file} was cut off`));
    });
  }).finally(() => signal.removeEventListener('abort', cutOff));
}
