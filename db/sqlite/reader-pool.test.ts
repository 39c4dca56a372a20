import { expect, onTestFinished, test } from 'vitest';

import type { ReaderPool } from './reader-pool.ts';
import { startReaderPool } from './reader-pool.ts';
import { makeBatch, makeDataDir, makeMessage, openTestStore } from './store-fixtures.ts';

/** Enough that reading all of them keeps a thread busy. */
const MESSAGES = 60_000;
const SIZE = 2;

test('a thread that stays busy gets another beside it, and no more than allowed', async () => {
  const pool = await openPool();
  expect(pool.size()).toBe(1);
  for (let i = 0; i < 10; i += 1) await pool.call('listOrganisms');
  expect(pool.size()).toBe(1);

  const read = () => pool.call('readEvents', { since: 0, limit: MESSAGES });
  while (pool.size() < SIZE) await Promise.all([read(), read(), read()]);
  const answers = await Promise.all([read(), read(), read(), read(), read()]);
  expect(answers.map((events) => events.length)).toEqual(Array(5).fill(MESSAGES));
  expect(pool.size()).toBe(SIZE);
}, 30_000);

test('a stop while a thread starts leaves none behind', async () => {
  const pool = await openPool();
  const reads = Array.from({ length: 4 }, () =>
    pool.call('readEvents', { since: 0, limit: MESSAGES }),
  );
  await reads[0];
  await pool.stop();
  expect((await Promise.all(reads)).every((events) => events.length === MESSAGES)).toBe(true);
  await expect(pool.call('listOrganisms')).rejects.toMatchObject({ code: 'closed' });
});

async function openPool(): Promise<ReaderPool> {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const messages = Array.from({ length: MESSAGES }, (_, i) => makeMessage(`m${i}`));
  await store.append(makeBatch(messages));
  const pool = await startReaderPool(dataDir, SIZE, { death: () => {}, notice: () => {} });
  onTestFinished(() => pool.stop());
  await pool.open();
  return pool;
}
