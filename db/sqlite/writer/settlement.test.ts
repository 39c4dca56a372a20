import { cp } from 'node:fs/promises';

import { expect, onTestFinished, test } from 'vitest';

import type { AppendBatch } from '#db/store.ts';

import { openStore } from '../open-store.ts';
import { makeBatch, makeDataDir, makeMessage } from '../store-fixtures.ts';
import type { BatchOutcome } from './group-commit.ts';
import { SETTLE_INTERVAL_MS, createGroupCommit } from './group-commit.ts';
import { findDifferences, makeBatches, readProjections } from './settlement-fixtures.ts';

const SEEDS = [1, 2, 3];
/** The last of them settle nothing. */
const COMMITS = 40;
/** Commits between two that settle by themselves. */
const COMMITS_PER_INTERVAL = 7;

/** A writer in this thread, at whose clock every commit takes the same share of the interval. */
function openWriter(dataDir: string, commitsPerInterval = COMMITS_PER_INTERVAL) {
  const store = openStore(dataDir, 'test');
  onTestFinished(() => store.close());
  const { db, marks } = store;
  let now = 0;
  const onBusy = (): void => expect.unreachable();
  const group = createGroupCommit({ db, marks, onBusy, onFatal: onBusy, now: () => now });
  return {
    db,
    group,
    append: async (...batches: readonly AppendBatch[]): Promise<readonly BatchOutcome[]> => {
      now += Math.ceil(SETTLE_INTERVAL_MS / commitsPerInterval);
      return (await group.append(batches)).batches;
    },
  };
}
type Writer = Pick<ReturnType<typeof openWriter>, 'db' | 'group'>;

/** The same batches, every commit of which settles itself. */
async function makeExpected(batches: readonly AppendBatch[]) {
  const { db, append } = openWriter(await makeDataDir(), 1);
  for (const batch of batches) await append(batch);
  expect(findDifferences(db)).toEqual([]);
  return readProjections(db);
}

/** What is on the disk when the process is killed now. */
async function kill(dataDir: string): Promise<string> {
  const left = await makeDataDir();
  await cp(dataDir, left, { recursive: true, filter: (name) => !name.includes('.lock') });
  return left;
}

function expectUnsettled({ group, db }: Writer): void {
  expect(group.isSettled()).toBe(false);
  expect(findDifferences(db)).not.toEqual([]);
}

async function storeUnsettled(seed: number) {
  const batches = makeBatches(seed, COMMITS);
  const dataDir = await makeDataDir();
  const writer = openWriter(dataDir);
  for (const batch of batches)
    expect(await writer.append(batch)).toMatchObject([{ positions: {} }]);
  expectUnsettled(writer);
  return { batches, dataDir, writer };
}

test.each(SEEDS)(
  'killed with changes in memory: the next start counts them (seed %i)',
  async (seed) => {
    const { batches, dataDir } = await storeUnsettled(seed);
    const next = openWriter(await kill(dataDir));
    expectUnsettled(next);
    next.group.settle();
    expect(next.group.isSettled()).toBe(true);
    expect(findDifferences(next.db)).toEqual([]);
    expect(readProjections(next.db)).toEqual(await makeExpected(batches));
  },
);

test('the control: without the record of what is unsettled, the same start is wrong', async () => {
  const { dataDir } = await storeUnsettled(1);
  const { db, group } = openWriter(await kill(dataDir));
  db.exec("DELETE FROM meta WHERE key = 'unsettled'");
  group.settle();
  expect(findDifferences(db)).toEqual(
    expect.arrayContaining(['usage_day', 'organisms', 'usage of threads']),
  );
});

test.each(SEEDS)('killed again and again, with more commits between (seed %i)', async (seed) => {
  const batches = makeBatches(seed, COMMITS);
  let dataDir = await makeDataDir();
  for (let life = 0; life < 4; life += 1) {
    const { append } = openWriter(dataDir);
    for (const batch of batches.slice(life * 10, life * 10 + 10)) await append(batch);
    dataDir = await kill(dataDir);
  }
  const { db, group } = openWriter(dataDir);
  group.settle();
  expect(readProjections(db)).toEqual(await makeExpected(batches));
});

test.each(SEEDS)(
  'a commit that fails takes nothing of those before it along (seed %i)',
  async (seed) => {
    const batches = makeBatches(seed, COMMITS);
    const impossible = makeBatch([makeMessage('no time', { occurredAt: Number.NaN })]);
    const { db, group, append } = openWriter(await makeDataDir());
    for (const [i, batch] of batches.entries()) {
      // Those beside it are committed, each alone.
      const outcomes = await append(...(i % 5 > 0 ? [batch] : [impossible, batch]));
      expect(outcomes.at(-1)).toHaveProperty('positions');
    }
    expectUnsettled({ db, group });
    group.settle();
    expect(findDifferences(db)).toEqual([]);
    expect(readProjections(db)).toEqual(await makeExpected(batches));
  },
);

test('other writes leave what is in memory alone, whether they fail or not', async () => {
  const { writer } = await storeUnsettled(1);
  await writer.group.write(() => undefined);
  await expect(writer.group.write(() => expect.unreachable('as a full disk'))).rejects.toThrow(
    'as a full disk',
  );
  expectUnsettled(writer);
  await writer.group.writeSettled(() => undefined);
  expect(findDifferences(writer.db)).toEqual([]);
});
