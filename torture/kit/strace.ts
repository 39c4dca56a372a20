import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Defer } from '../../bench/cleanup.ts';
import { within } from './waits.ts';

const ATTACH_LIMIT_MS = 10_000;

export interface Strace {
  /** Lets the process go on untraced; the log is whole then. Idempotent. */
  detach(): Promise<void>;
}

/**
 * Attaches strace to every thread of a process.
 * @param args such as `-e trace=…` to log, or `-e inject=…` to make system calls fail
 */
export async function attachStrace(
  pid: number,
  args: readonly string[],
  defer: Defer,
): Promise<Strace> {
  const tracer = spawn('strace', ['-f', '-p', String(pid), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(tracer, 'exit');
  const detach = async (): Promise<void> => {
    tracer.kill('SIGINT');
    await ended;
  };
  defer(detach);
  const attached = new Promise<void>((resolve, reject) => {
    let said = '';
    tracer.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
      if (said.includes(' attached')) resolve();
    });
    tracer.once('exit', (code) => reject(new Error(`strace ended with code ${code}: ${said}`)));
  });
  await within(ATTACH_LIMIT_MS, `strace attached to ${pid}`, attached);
  return { detach };
}
