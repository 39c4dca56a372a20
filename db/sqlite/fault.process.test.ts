import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { describe, expect, onTestFinished, test } from 'vitest';

import { makeDataDir, openTestStore } from './store-fixtures.ts';

/** Faults of the real kernel. Those that need root or strace are skipped without them, and say so. */

const CHILD = fileURLToPath(new URL('./fault-child.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** A store in a process of its own, which answers event by event. */
async function startChild(dataDir: string, prefix: readonly string[] = []) {
  const [command, ...args] = [...prefix, process.execPath, CHILD, dataDir] as const;
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await lines.next();
    return line.done === true ? 'ended' : line.value;
  };
  expect(await next()).toBe('open');
  return {
    exited,
    next,
    append(key: string): Promise<string> {
      child.stdin.write(`${key}\n`);
      return next();
    },
    end(): Promise<number | null> {
      child.stdin.end();
      return exited;
    },
  };
}

/** Appends until one is refused. */
async function fill(child: Awaited<ReturnType<typeof startChild>>) {
  for (let acked = 0; acked < 5000; acked += 1) {
    const answer = await child.append(`e${acked}`);
    if (!answer.startsWith('acked')) return { acked, answer };
  }
  throw new Error('the disk never became full');
}

async function storedKeys(dataDir: string): Promise<number> {
  const store = await openTestStore({ dataDir });
  return (await store.readEvents({ since: 0, limit: 10_000 })).length;
}

describe('a disk that is full', () => {
  test.skipIf(!isRoot)('refuses appends, goes on reading, and recovers with space', async () => {
    const dataDir = await makeDataDir();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dataDir]);
    onTestFinished(() => void execFileSync('umount', ['-l', dataDir]));
    const ballast = join(dataDir, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1024 * 1024));
    const child = await startChild(dataDir);
    const { acked, answer } = await fill(child);
    expect(answer).toBe(`refused disk-full ${acked}`);
    rmSync(ballast);
    expect(await child.append(`e${acked}`)).toBe(`acked 1 ${acked + 1}`);
    expect(await child.end()).toBe(0);
    expect(await storedKeys(dataDir)).toBe(acked + 1);
  });

  test('a file that may not grow refuses appends and keeps what was acknowledged', async () => {
    const dataDir = await makeDataDir();
    const child = await startChild(dataDir, ['prlimit', '--fsize=3000000']);
    const { acked, answer } = await fill(child);
    expect(answer).toBe(`refused io ${acked}`);
    await child.end();
    expect(await storedKeys(dataDir)).toBe(acked);
  });
});

describe.skipIf(!hasStrace)('a disk that cannot sync', () => {
  const inject = (fault: string) => ['strace', '-f', '-qq', '-o', '/dev/null', '-e', fault];

  test.each([
    ['once', '60'],
    ['for good', '60+'],
  ])('%s: nothing more is acknowledged, and the process ends with an error', async (_, when) => {
    const dataDir = await makeDataDir();
    const fault = `inject=fsync,fdatasync:error=EIO:when=${when}`;
    const child = await startChild(dataDir, inject(fault));
    const answers: string[] = [];
    while (!answers.some((answer) => answer.startsWith('failed') || answer === 'ended')) {
      answers.push(await child.append(`e${answers.length}`));
    }
    const acked = answers.filter((answer) => answer.startsWith('acked')).length;
    expect(answers).toContain('failed io');
    expect(await child.exited).toBe(1);
    // The event under way may be there or not: it was not acknowledged.
    expect(await storedKeys(dataDir)).toBeGreaterThanOrEqual(acked);
  });

  test('the control: without the fault the same process acknowledges on', async () => {
    const dataDir = await makeDataDir();
    const child = await startChild(dataDir, inject('trace=fdatasync'));
    for (let n = 0; n < 80; n += 1) expect(await child.append(`e${n}`)).toBe(`acked 1 ${n + 1}`);
    expect(await child.end()).toBe(0);
  });
});
