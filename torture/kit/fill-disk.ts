import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

const BLOCK = Buffer.alloc(64 << 10);
const SMALL_BLOCK = Buffer.alloc(1);

/** Takes the last byte that the file system under a directory has. */
export function fillDisk(dir: string): void {
  const descriptor = openSync(fillerOf(dir), 'a');
  for (const block of [BLOCK, SMALL_BLOCK]) {
    while (isWritten(descriptor, block));
  }
  closeSync(descriptor);
}

/** Gives it back. */
export function emptyDisk(dir: string): void {
  rmSync(fillerOf(dir), { force: true });
}

function fillerOf(dir: string): string {
  return path.join(dir, 'filler');
}

function isWritten(descriptor: number, block: Buffer): boolean {
  try {
    return writeSync(descriptor, block) > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
