import { existsSync, rmSync } from 'node:fs';

import { holdInstanceLock } from '../instance-lock.ts';
import { sizeOf, storeFiles } from '../store-files.ts';

/**
 * A reader of a store that nobody serves leaves an empty log and its index behind, which only a
 * writer takes away; where a server runs, they are its own.
 * @returns to be called when reading is over
 */
export function leaveNoLog(dataDir: string): () => void {
  const { wal, shm } = storeFiles(dataDir);
  const missing = [wal, shm].filter((file) => !existsSync(file));
  return () => {
    let release: () => void;
    try {
      release = holdInstanceLock(dataDir);
    } catch {
      // Served, or not ours to write to: then it stays.
      return;
    }
    try {
      const made = missing.filter((file) => file !== wal || sizeOf(wal) === 0);
      for (const file of made) rmSync(file, { force: true });
    } finally {
      release();
    }
  };
}
