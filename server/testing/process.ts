import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const ENTRY = path.join(import.meta.dirname, 'api-only.ts');

/** A server process of ours: the real one without pages. */
export interface ServerProcess {
  readonly url: string;
  readonly loginUrl: string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface Exit {
  readonly code: number | null;
  readonly stderr: string;
  readonly ms: number;
}

/** Starts it on a free port and resolves when it is ready; rejects with its words when it ends first. */
export async function startServer(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = launch(['--port', '0', ...args], env);
  const [url = '', loginUrl = ''] = await readUntilReady(child);
  return {
    url,
    loginUrl,
    async kill(signal) {
      const { code } = await endOf(child, () => child.kill(signal));
      return code;
    },
  };
}

/** Starts it where it must refuse: resolves with how it ended. */
export async function startAndFail(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Exit> {
  return endOf(launch(args, env), () => undefined);
}

function launch(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [ENTRY, '--log-level', 'error', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

function readUntilReady(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let said = '';
    const urls: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('exit', (code) => reject(new Error(`it ended with code ${code}: ${said}`)));
    if (child.stdout === null) return reject(new Error('it has no output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /(http:\/\/\S+)/.exec(line)?.[1];
      if (url !== undefined) urls.push(url);
      if (urls.length === 2) resolve(urls);
    });
  });
}

function endOf(child: ChildProcess, act: () => void): Promise<Exit> {
  const startedAt = performance.now();
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve({ code, stderr, ms: performance.now() - startedAt }));
    act();
  });
}
