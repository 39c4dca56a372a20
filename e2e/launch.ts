import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = path.resolve(import.meta.dirname, '..');
const NODE = path.join(ROOT, 'node_modules/node/bin/node');

/** A running program of ours and the address, or the folder, that it printed. */
export interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The product from outside: the real command on its own port with its own store. */
export interface Instrument extends Running {
  /** Good once: gives the browser the right to send commands. */
  readonly loginUrl: string;
  /** As a crash would: no farewell. */
  kill(): Promise<void>;
  /** Again on the same port with the same store, after `kill`. */
  startAgain(): Promise<void>;
}

/** An artificial AgentServer in a process of its own. */
export function startLab(args: readonly string[]): Promise<Running> {
  return startRuntime('agentserver', ['--port', '0', ...args]);
}

/** An artificial runtime of any kind: it listens, posts, or writes files, and prints where. */
export async function startRuntime(kind: string, args: readonly string[]): Promise<Running> {
  const child = run('lab/main.ts', [kind, '--exit-with-parent', ...args]);
  const [url] = await readLines(child, [/(?:listening|sending to|writing to) (\S+)/]);
  return { url, stop: () => end(child, 'SIGTERM') };
}

/**
 * @param args what a person would add to `npm start --`
 * @param env on top of this process's own
 */
export async function startInstrument(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Instrument> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-e2e-'));
  const start = async (port: string) => {
    const where = ['--port', port, '--data', data, '--log-level', 'warn'];
    const child = run('bin/organoscope.mjs', [...where, ...args], env);
    const [url, loginUrl] = await readLines(child, [
      /ready: (http:\/\/\S+)/,
      /(http:\/\/\S+\/login\?token=\S+)/,
    ]);
    return { child, url, loginUrl };
  };
  const first = await start('0');
  let { child } = first;
  return {
    url: first.url,
    loginUrl: first.loginUrl,
    kill: () => end(child, 'SIGKILL'),
    async startAgain() {
      ({ child } = await start(new URL(first.url).port));
    },
    async stop() {
      await end(child, 'SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(NODE, [path.join(ROOT, program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}

/** Resolves with the first group of each pattern, in order, once all have been printed. */
function readLines<const P extends readonly RegExp[]>(
  child: ChildProcess,
  patterns: P,
): Promise<{ [K in keyof P]: string }> {
  return new Promise((resolve, reject) => {
    const found = patterns.map(() => '');
    child.once('exit', (code) =>
      reject(new Error(`it ended with code ${code} before it was ready`)),
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      patterns.forEach((pattern, index) => {
        found[index] ||= pattern.exec(line)?.[1] ?? '';
      });
      if (found.every((text) => text !== '')) resolve(found as { [K in keyof P]: string });
    });
  });
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill(signal);
  await exited;
}
