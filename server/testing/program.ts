import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a program wrote to standard error, kept for the report of its end. */
const MAX_STDERR_CHARS = 16_000;

/** Those of `npm start`, for a server whose memory or speed is judged; `bin/organoscope.mjs` says why. */
export const NODE_FLAGS = ['--max-semi-space-size=16'];

export interface ProgramCommand {
  /** What Node runs: its own options, a file, that file's arguments. */
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Lines that say it is ready; each has one group. */
  readonly ready: readonly RegExp[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** From what was asked to end it, or from its launch. */
  readonly ms: number;
}

/** A program of ours in a process of its own. It ends with this process at the latest. */
export interface Program {
  readonly pid: number;
  /** What the groups of `ready` matched, in their order. */
  readonly said: readonly string[];
  /** From its launch to the last line that says it is ready. */
  readonly readyMs: number;
  /** Resident memory now; NaN where there is no /proc. */
  memoryMiB(): number;
  /** Processor time used so far, all threads; NaN where there is no /proc. */
  cpuMs(): number;
  /** What it wrote to standard error last. */
  stderr(): string;
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Resolves when it has ended, by itself or by a signal. */
  readonly ended: Promise<Exit>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** @throws Error with what it wrote, when it ends before it is ready */
export async function startProgram(command: ProgramCommand): Promise<Program> {
  const launched = launch(command);
  const { child, launchedAt, ended } = launched;
  const said = await Promise.race([readUntilReady(child, command.ready), ended]);
  if (!Array.isArray(said)) {
    throw new Error(`${command.args.join(' ')} ended with code ${said.code}: ${said.stderr}`);
  }
  const readyMs = performance.now() - launchedAt;
  return {
    pid: child.pid ?? 0,
    said,
    readyMs,
    memoryMiB: () => readMemoryMiB(child.pid),
    cpuMs: () => readCpuMs(child.pid),
    stderr: () => launched.stderr(),
    ended,
    async kill(signal) {
      const startedAt = performance.now();
      child.kill(signal);
      const exit = await ended;
      return { ...exit, ms: performance.now() - startedAt };
    },
  };
}

/** Starts a program that must end by itself. */
export function runProgram(command: Omit<ProgramCommand, 'ready'>): Promise<Exit> {
  return launch({ ...command, ready: [] }).ended;
}

function launch({ args, cwd, env }: ProgramCommand): {
  child: ChildProcess;
  launchedAt: number;
  stderr: () => string;
  ended: Promise<Exit>;
} {
  const launchedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-MAX_STDERR_CHARS);
  });
  // Nobody may read what it says; a full pipe must not stop it.
  child.stdout.resume();
  const ended = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stderr, ms: performance.now() - launchedAt });
    });
  });
  return { child, launchedAt, stderr: () => stderr, ended };
}

function readUntilReady(child: ChildProcess, ready: readonly RegExp[]): Promise<string[]> {
  const said = new Map<RegExp, string>();
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      for (const pattern of ready) {
        const found = pattern.exec(line)?.[1];
        if (found !== undefined && !said.has(pattern)) said.set(pattern, found);
      }
      if (said.size === ready.length) resolve(ready.map((pattern) => said.get(pattern) ?? ''));
    });
  });
}

function readMemoryMiB(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Linux counts in hundredths of a second, whatever its own clock does. */
const MS_PER_TICK = 10;

function readCpuMs(pid: number | undefined): number {
  try {
    // The second field is the name in brackets and may hold blanks; user and system are 14 and 15.
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    const [user, system] = afterName.split(' ').slice(11, 13);
    return (Number(user) + Number(system)) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
