import { rmSync } from 'node:fs';

import { holdInstanceLock } from '../instance-lock.ts';
import { sizeOf, storeFiles } from '../store-files.ts';

/**
 * A reader of a store that nobody serves leaves an empty log behind, which only a writer takes away;
 * where a server runs, the log is its own.
 */
export function leaveNoLog(dataDir: string): void {
  const { wal, shm } = storeFiles(dataDir);
  let release: () => void;
  try {
    release = holdInstanceLock(dataDir);
  } catch {
    // Served, or not ours to write to: then it stays.
    return;
  }
  try {
    if (sizeOf(wal) === 0) for (const file of [wal, shm]) rmSync(file, { force: true });
  } finally {
    release();
  }
}
