import { expect, onTestFinished, test } from 'vitest';

import type { AppendBatch } from '#db/store.ts';

import { hashKey } from '../key-hash.ts';
import { openStore } from '../open-store.ts';
import { CONFLICT, DUPLICATE } from '../positions.ts';
import { makeBatch, makeDataDir, makeMessage, makeUsage } from '../store-fixtures.ts';
import { createJournalWriter } from './journal-writer.ts';
import { createKeyBook } from './key-book.ts';

/** A writer in this thread whose keys have the hashes that the test gives them. */
async function openWriter(options: Parameters<typeof createKeyBook>[1]) {
  const store = openStore(await makeDataDir(), 'test');
  onTestFinished(() => store.close());
  const { db } = store;
  let writer = createJournalWriter(db, createKeyBook(db, options));
  const transact = db.transaction((batches: readonly AppendBatch[]) => {
    const positions = batches.map((batch) => writer.append(batch));
    writer.flush();
    return positions;
  });
  const append = (...batches: AppendBatch[]) => {
    const positions = transact(batches);
    writer.commit();
    return positions;
  };
  return {
    db,
    append,
    /** What a failed COMMIT leaves behind. */
    rollBack: (batch: AppendBatch) => {
      db.exec('BEGIN');
      writer.append(batch);
      writer.flush();
      db.exec('ROLLBACK');
      writer.reset();
    },
    /** What a process finds that takes over from one that was killed. */
    startAnew: () => {
      writer = createJournalWriter(db, createKeyBook(db, options));
    },
  };
}

const keys = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `key ${from + i}`);

test.each([
  ['all keys share one hash', () => 5],
  ['keys share a few hashes', (...[, , key]: Parameters<typeof hashKey>) => key.length % 3],
])('%s: every key is still an event of its own, once', async (_, hashOf) => {
  const { append } = await openWriter({ hashOf });
  const some = makeBatch(keys(0, 40).map((key) => makeUsage(key)));
  const more = makeBatch(keys(20, 60).map((key) => makeUsage(key)));
  const other = { ...some, source: 'field' };
  const [first = [], second = [], third = []] = append(some, more, other);
  expect(first).toEqual(keys(0, 40).map((_key, i) => i + 1));
  expect(second.filter((position) => position === DUPLICATE)).toHaveLength(20);
  expect(second.slice(20)).toEqual(keys(40, 60).map((_key, i) => i + 41));
  expect(third).not.toContain(DUPLICATE);
  const [again = [], fresh = []] = append(more, makeBatch([makeMessage('key 60')]));
  expect(new Set(again)).toEqual(new Set([DUPLICATE]));
  expect(fresh).toEqual([101]);
});

test('another body under a stored key is a conflict, within a commit and after it', async () => {
  const { append } = await openWriter({});
  const batch = makeBatch([makeMessage('m'), makeUsage('u\ud800', { agent: 'a\udc00' })]);
  const reworded = makeBatch([
    makeMessage('m', { payload: 'other' }),
    makeUsage('u\ud800', { agent: 'b' }),
  ]);
  expect(append(batch, batch, reworded)).toEqual([
    [1, 2],
    [DUPLICATE, DUPLICATE],
    [CONFLICT, CONFLICT],
  ]);
  expect(append(batch, reworded)).toEqual([
    [DUPLICATE, DUPLICATE],
    [CONFLICT, CONFLICT],
  ]);
});

test('hashes are 48 bits wide, differ between sources and seeds, and spread', () => {
  const hashes = keys(0, 20_000).map((key) => hashKey(1, 1, key));
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(Math.max(...hashes)).toBeLessThan(2 ** 48);
  expect(Math.min(...hashes)).toBeGreaterThanOrEqual(0);
  const top = hashes.filter((hash) => hash >= 2 ** 47).length / hashes.length;
  expect(top).toBeCloseTo(0.5, 1);
  expect(hashKey(1, 2, 'key 0')).not.toBe(hashes[0]);
  expect(hashKey(2, 1, 'key 0')).not.toBe(hashes[0]);
});

test('keys are known whether they are in memory, written out, or half of both', async () => {
  const { db, append, rollBack, startAnew } = await openWriter({ recentKeys: 64 });
  const batchOf = (from: number, to: number) =>
    makeBatch(keys(from, to).map((key) => makeMessage(key)));
  const writtenOut = db.prepare<[], number>('SELECT count(*) FROM journal_keys').pluck();
  let next = 0;
  for (let round = 0; round < 120; round += 1) {
    const size = 1 + ((round * 7) % 40);
    if (round % 3 === 0) rollBack(batchOf(next, next + size));
    const [positions = []] = append(batchOf(next, next + size));
    expect(positions).toEqual(keys(0, size).map((_key, i) => next + i + 1));
    next += size;
    if (round % 11 === 5) startAnew();
    if (round % 10 > 0) continue;
    const [again] = append(batchOf(0, next));
    expect(new Set(again)).toEqual(new Set([DUPLICATE]));
  }
  expect(writtenOut.get()).toBeGreaterThan(next / 2);
  expect(writtenOut.get()).toBeLessThan(next);
});
