import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { makeDataDir, openTestStore } from './store-fixtures.ts';

const KILLS = 10;
const BATCH_EVENTS = 20;
/** Batches sent once more after a restart, as a source does that missed the answer. */
const RESENT_BATCHES = 5;
const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

type Mode = 'ack-after-commit' | 'ack-on-receipt';

/** Runs the child until it has acknowledged `batches`, then kills it in the middle of its work. */
async function runAndKill(
  dataDir: string,
  acked: Set<number>,
  { batches, mode }: { batches: number; mode: Mode },
): Promise<void> {
  const from = Math.max(0, Math.max(0, ...acked) - RESENT_BATCHES * BATCH_EVENTS);
  const child = spawn(process.execPath, [CHILD, dataDir, String(from), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acked.add(Number(line));
    seen += 1;
    if (seen === batches) child.kill('SIGKILL');
  }
  const [code, signal] = (await exited) as [number | null, string | null];
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
}

/** What the store lost of the acknowledged, has twice, or adds up wrongly. */
async function audit(dataDir: string, acked: ReadonlySet<number>) {
  const store = await openTestStore({ dataDir });
  const events = await store.readEvents({ since: 0, limit: 1e6 });
  const numbers = events.map((event) => Number(event.key.slice(1)));
  const stored = new Set(numbers);
  const promised = [...acked].flatMap((first) =>
    Array.from({ length: BATCH_EVENTS }, (_, i) => first + i),
  );
  const expectedCost = [...stored].reduce((sum, n) => sum + (n % 2 === 1 ? n : 0), 0);
  const [total] = await store.sumUsage({ groupBy: [] });
  const days = await store.dailyUsage({ timezone: 'Asia/Kathmandu' });
  const { rows: threads } = await store.listThreads({
    organismId: 'garden',
    limit: 100,
    offset: 0,
  });
  const [counts] = await store.sourceCounts();
  const cursor = Number(await store.getCursor('lab', 'last'));
  await store.close();
  return {
    lost: promised.filter((n) => !stored.has(n)).length,
    doubled: numbers.length - stored.size,
    costs: [
      total?.sum.costNanos,
      days.reduce((sum, day) => sum + day.sum.costNanos, 0),
      threads.reduce((sum, thread) => sum + thread.costNanos, 0),
    ].map((cost) => cost === expectedCost),
    accepted: counts?.accepted === numbers.length,
    cursor: stored.has(cursor) || numbers.length === 0,
    stored: numbers.length,
  };
}

test(`killed ${KILLS} times under load: nothing acknowledged is missing, nothing doubled`, async () => {
  const dataDir = await makeDataDir();
  const acked = new Set<number>();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await runAndKill(dataDir, acked, { batches: 3 + ((kill * 7) % 11), mode: 'ack-after-commit' });
  }
  const { stored, ...found } = await audit(dataDir, acked);
  expect(found).toEqual({
    lost: 0,
    doubled: 0,
    costs: [true, true, true],
    accepted: true,
    cursor: true,
  });
  expect(stored).toBeGreaterThanOrEqual(acked.size * BATCH_EVENTS);
}, 120_000);

test('the control: acknowledged on receipt, the same audit finds what was lost', async () => {
  const dataDir = await makeDataDir();
  const acked = new Set<number>();
  await runAndKill(dataDir, acked, { batches: 10, mode: 'ack-on-receipt' });
  expect((await audit(dataDir, acked)).lost).toBeGreaterThan(0);
});
