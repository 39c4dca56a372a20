import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** Where and of what the figures are. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** `+` when files differ from the commit. */
  readonly commit: string;
  readonly startedAt: string;
  /** Runnable processes over the last minute: more than `cores` means others were at work. */
  readonly loadBefore: number;
}

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
