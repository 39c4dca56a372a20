import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { test as base } from '@playwright/test';

const ROOT = path.resolve(import.meta.dirname, '..');
const NODE = path.join(ROOT, 'node_modules/node/bin/node');

/** A running program of ours and the address it printed. */
interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The product from outside: the real command on its own port with its own store. */
export interface Instrument extends Running {
  /** Good once: gives the browser the right to send commands. */
  readonly loginUrl: string;
}

export interface InstrumentOptions {
  /** Arguments of an artificial AgentServer to watch; null for no source. */
  lab: readonly string[] | null;
}

interface Fixtures {
  instrument: Instrument;
}

/** One instrument and one lab per worker and set of options. */
export const test = base.extend<object, Fixtures & InstrumentOptions>({
  lab: [['--rate', '40', '--seed', '7', '--history-days', '30'], { option: true, scope: 'worker' }],
  instrument: [
    async ({ lab }, use) => {
      const organism = lab === null ? null : await startLab(lab);
      const instrument = await startInstrument(
        organism === null ? [] : ['--source', `desk=agentserver+${organism.url}`],
      );
      await use(instrument);
      await instrument.stop();
      await organism?.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  baseURL: async ({ instrument }, use) => {
    await use(instrument.url);
  },
});
export { expect } from '@playwright/test';

export async function startLab(args: readonly string[]): Promise<Running> {
  const child = spawn(
    NODE,
    [path.join(ROOT, 'lab/main.ts'), 'agentserver', '--port', '0', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [url] = await readLines(child, [/listening (http:\/\/\S+)/]);
  return { url, stop: () => stop(child) };
}

export async function startInstrument(args: readonly string[]): Promise<Instrument> {
  const data = mkdtempSync(path.join(os.tmpdir(), 'organoscope-e2e-'));
  const child = spawn(
    NODE,
    [
      path.join(ROOT, 'bin/organoscope.mjs'),
      '--port',
      '0',
      '--data',
      data,
      '--log-level',
      'warn',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [url, loginUrl] = await readLines(child, [
    /ready: (http:\/\/\S+)/,
    /(http:\/\/\S+\/login\?token=\S+)/,
  ]);
  return {
    url,
    loginUrl,
    async stop() {
      await stop(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
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

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  await exited;
}
