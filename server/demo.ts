import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { AppError } from './app-error.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 3000;

/** A demo organism: the lab's artificial AgentServer in a process of its own, on a free port. */
export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the demo organism and waits until it listens.
 * @throws AppError `demo-failed`
 */
export async function startDemo(root: string): Promise<Demo> {
  const args = [
    'agentserver',
    '--port',
    '0',
    '--rate',
    '12',
    '--seed',
    '7',
    '--history-days',
    '45',
    '--history-per-day',
    '1500',
  ];
  const child = spawn(
    process.execPath,
    [path.join(root, 'lab/main.ts'), ...args, '--exit-with-parent'],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const url = await readUrl(child);
  return { url, stop: () => stopChild(child) };
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timeout);
      child.kill('SIGKILL');
      reject(new AppError('demo-failed', `the demo organism did not start: ${reason}`));
    };
    const timeout = setTimeout(() => fail('no address within 20 s'), START_TIMEOUT_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with code ${code ?? 'none'}`));
    if (child.stdout === null) return fail('it has no output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /listening (http:\/\/\S+)/.exec(line);
      if (match?.[1] === undefined) return;
      clearTimeout(timeout);
      child.removeAllListeners('exit');
      resolve(match[1]);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(force);
}
