import type { ServerProcess } from '#server/testing/process.ts';
import { startServer } from '#server/testing/process.ts';
import type { Exit } from '#server/testing/program.ts';

import type { Defer } from '../../bench/cleanup.ts';
import { COMPILE_CACHE } from '../../bench/program.ts';
import type { Flaw } from './flaws.ts';
import { flawFile } from './flaws.ts';
import { within } from './waits.ts';

/** Longer than any start may take, shorter than a test. */
const READY_LIMIT_MS = 30_000;

/** A server on one data directory, over all its lives. */
export interface Victim {
  readonly dataDir: string;
  /** Its address now; while there is none, waits for the next start. */
  readonly url: () => Promise<string>;
  /** Milliseconds from launch to ready, of each start. */
  readonly readyMs: readonly number[];
  start(): Promise<ServerProcess>;
  /** The process, while there is one. @throws Error when there is none */
  process(): ServerProcess;
  /** Sends a signal and waits for the end. @returns the exit code */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits until it has ended by itself. */
  ended(limitMs: number): Promise<Exit>;
}

export interface VictimOptions {
  readonly dataDir: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Protections taken out, for a control run. */
  readonly flaws?: readonly Flaw[] | undefined;
  /** Modules that watch it from the inside. */
  readonly probes?: readonly string[] | undefined;
  /** Whatever happens, nothing of it runs on. */
  readonly defer: Defer;
}

export function createVictim(options: VictimOptions): Victim {
  const { dataDir, args = [], env = {}, flaws = [], probes = [], defer } = options;
  const readyMs: number[] = [];
  const waiting = new Set<(url: string) => void>();
  let server: ServerProcess | null = null;

  defer(() => server?.kill('SIGKILL'));

  function current(): ServerProcess {
    if (server === null) throw new Error('no server is up');
    return server;
  }

  return {
    dataDir,
    readyMs,
    url: () =>
      server === null
        ? new Promise((resolve) => waiting.add(resolve))
        : Promise.resolve(server.url),
    async start() {
      const all = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...env };
      const preload = [...probes, ...flaws.map(flawFile)];
      const starting = startServer(['--data', dataDir, ...args], all, preload);
      server = await within(READY_LIMIT_MS, 'a server ready', starting);
      readyMs.push(server.readyMs);
      for (const resolve of waiting) resolve(server.url);
      waiting.clear();
      return server;
    },
    process: current,
    async end(signal) {
      const ending = current();
      server = null;
      return ending.kill(signal);
    },
    async ended(limitMs) {
      const exit = await within(limitMs, 'the server ended', current().ended);
      server = null;
      return exit;
    },
  };
}
