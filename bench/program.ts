import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = path.resolve(import.meta.dirname, '..');
/** The one of `bin/organoscope.mjs`, so that programs which start without it compare with it. */
const COMPILE_CACHE = path.join(ROOT, 'node_modules/.cache/organoscope');

/** A program of ours in a process of its own. */
export interface Program {
  readonly url: string;
  /** From its launch to the line that says it is ready. */
  readonly readyMs: number;
  /** Resident memory now; NaN where there is no /proc. */
  memoryMiB(): number;
  /** Processor time used so far, all threads; NaN where there is no /proc. */
  cpuMs(): number;
  readonly stop: () => Promise<void>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startLab(args: readonly string[]): Promise<Program> {
  const labArgs = ['agentserver', '--exit-with-parent', ...args];
  return startProgram(['lab/main.ts', ...labArgs], /listening (http:\/\/\S+)/);
}

/** The server without pages. */
export function startApi(args: readonly string[]): Promise<Program> {
  return startServer('server/testing/api-only.ts', args);
}

/** What `npm start` runs. Its pages must have been built. */
export function startProduct(args: readonly string[]): Promise<Program> {
  return startServer('bin/organoscope.mjs', args);
}

/** A Node that does nothing: what every start of ours contains. */
export function startNothing(): Promise<Program> {
  const script = "console.log('ready: nothing'); setInterval(() => {}, 1000)";
  return startProgram(['--eval', script], /ready: (\S+)/);
}

function startServer(entry: string, args: readonly string[]): Promise<Program> {
  const always = ['--port', '0', '--log-level', 'error'];
  return startProgram([entry, ...always, ...args], /ready: (http:\/\/\S+)/);
}

/** @throws Error with what it wrote, when it ends before it is ready */
function startProgram(command: readonly string[], ready: RegExp): Promise<Program> {
  const launchedAt = performance.now();
  const env = { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE };
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: 'pipe' });
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running.delete(child);
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${command.join(' ')} ended with code ${code}: ${said}`)),
    );
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = ready.exec(line)?.[1];
      if (url === undefined) return;
      resolve({
        url,
        readyMs: performance.now() - launchedAt,
        memoryMiB: () => readMemoryMiB(child.pid),
        cpuMs: () => readCpuMs(child.pid),
        async stop() {
          child.kill('SIGTERM');
          await ended;
        },
      });
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
