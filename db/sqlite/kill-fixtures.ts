import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, onTestFinished } from 'vitest';

const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
/** What the child appends at a time. */
export const KILL_BATCH_EVENTS = 20;
/** Batches sent once more after a restart, as a source does that missed the answer. */
const RESENT_BATCHES = 5;

/** Runs the child until it has acknowledged `batches`, then kills it in the middle of its work. */
export async function runAndKill(
  dataDir: string,
  acked: Set<number>,
  { batches, mode }: { batches: number; mode: 'ack-after-commit' | 'ack-on-receipt' },
): Promise<void> {
  const from = Math.max(0, Math.max(0, ...acked) - RESENT_BATCHES * KILL_BATCH_EVENTS);
  const child = spawn(process.execPath, [CHILD, dataDir, String(from), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acked.add(Number(line));
    seen += 1;
    if (seen === batches) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}
