import { execFileSync } from 'node:child_process';
import os from 'node:os';

import { z } from 'zod';

/** Where and of what the figures are. */
export const machineSchema = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  platform: z.string(),
  node: z.string(),
  /** `+` when files differ from the commit. */
  commit: z.string(),
  startedAt: z.string(),
  /** Runnable processes over the last minute: more than `cores` means others were at work. */
  loadBefore: z.number(),
});
export type Machine = z.infer<typeof machineSchema>;

export function describeMachine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.release()}`,
    node: process.version,
    commit: readCommit(),
    startedAt: new Date().toISOString(),
    loadBefore: readLoad(),
  };
}

export function readLoad(): number {
  return Math.round((os.loadavg()[0] ?? 0) * 10) / 10;
}

function readCommit(): string {
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? '+' : '');
  } catch {
    return 'no git';
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
}
