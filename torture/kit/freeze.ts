import { readdirSync, readFileSync } from 'node:fs';

import { delay, until } from './waits.ts';

const STOP_LIMIT_MS = 5000;
/** Who listens to the process reads what it said before. */
const DRAIN_MS = 10;

/** Does something while no thread of a process runs, after everyone has heard what it said before. */
export async function whileFrozen<T>(pid: number, act: () => T | Promise<T>): Promise<T> {
  process.kill(pid, 'SIGSTOP');
  try {
    await until(STOP_LIMIT_MS, `process ${pid} stopped`, () => isStopped(pid));
    await delay(DRAIN_MS);
    return await act();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    // The second field is the name in brackets and may hold blanks; the state follows it.
    return stat.split(') ').at(-1)?.startsWith('T') ?? false;
  });
}
