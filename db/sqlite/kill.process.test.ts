import { expect, test } from 'vitest';

import { KILL_BATCH_EVENTS, runAndKill } from './kill-fixtures.ts';
import { makeDataDir, openTestStore } from './store-fixtures.ts';

const KILLS = 10;
/** What the store lost of the acknowledged, has twice, or adds up wrongly. */
async function audit(dataDir: string, acked: ReadonlySet<number>) {
  const store = await openTestStore({ dataDir });
  const events = await store.readEvents({ since: 0, limit: 1e6 });
  const numbers = events.map((event) => Number(event.key.slice(1)));
  const stored = new Set(numbers);
  const promised = [...acked].flatMap((first) =>
    Array.from({ length: KILL_BATCH_EVENTS }, (_, i) => first + i),
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
  expect(stored).toBeGreaterThanOrEqual(acked.size * KILL_BATCH_EVENTS);
}, 120_000);

test('the control: acknowledged on receipt, the same audit finds what was lost', async () => {
  const dataDir = await makeDataDir();
  const acked = new Set<number>();
  await runAndKill(dataDir, acked, { batches: 10, mode: 'ack-on-receipt' });
  expect((await audit(dataDir, acked)).lost).toBeGreaterThan(0);
});
