import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

type Close = () => Promise<unknown> | void;
export type Defer = (close: Close) => void;

/** Runs something and then closes what it opened, newest first, however it ended. */
export async function withCleanup<T>(run: (defer: Defer) => Promise<T>): Promise<T> {
  const closers: Close[] = [];
  try {
    return await run((close) => closers.push(close));
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

export function makeTempDir(defer: Defer): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'organoscope-bench-'));
  defer(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
