import { expect, test } from 'vitest';

import { StoreError } from '#db/store.ts';

import { createSettledReads } from './settled-reads.ts';
import { makeBatch, makeMessage, makeUsage, openTestStore } from './store-fixtures.ts';

test('a read right after an acknowledgement sees the event, however quick they come', async () => {
  const store = await openTestStore();
  for (let n = 1; n <= 40; n += 1) {
    await store.append(makeBatch([makeUsage(`u${n}`, { costNanos: n }), makeMessage(`m${n}`)]));
    const [[total], thread, messages, newest, { rows }] = await Promise.all([
      store.sumUsage({ groupBy: [] }),
      store.getThread('garden', 'thread-1'),
      store.listMessages({ organismId: 'garden', limit: 1, offset: 0 }),
      store.readEvents({ organismId: 'garden', since: 2 * n - 2, limit: 10 }),
      store.describe(),
    ]);
    const costNanos = (n * (n + 1)) / 2;
    expect(total?.sum).toMatchObject({ requests: n, costNanos });
    expect(thread).toMatchObject({ messageCount: n, costNanos });
    expect(messages.total).toBe(n);
    expect(newest).toHaveLength(2);
    expect(rows).toMatchObject({ journal: 2 * n, messages: n, usage: n });
  }
});

/** Settling that ends when the test says so. */
function openReads(options: { isSettled?: boolean } = {}) {
  const under: { resolve(): void; reject(error: StoreError): void }[] = [];
  const warnings: string[] = [];
  const clock = { now: 0 };
  const reads = createSettledReads({
    isSettled: options.isSettled ?? false,
    settle: () =>
      new Promise<void>((resolve, reject) => {
        under.push({ resolve, reject });
      }),
    warn: (text) => warnings.push(text),
    now: () => clock.now,
  });
  return { reads, under, warnings, clock };
}

test('reads that come together share a settling, those after a commit the next one', async () => {
  const { reads, under } = openReads();
  const first = [reads.ready(), reads.ready()];
  reads.note(false);
  const second = [reads.ready(), reads.ready()];
  expect(under).toHaveLength(1);
  under[0]?.resolve();
  await Promise.all(first);
  await expect.poll(() => under.length).toBe(2);
  under[1]?.resolve();
  await Promise.all(second);
  await reads.ready();
  expect(under).toHaveLength(2);
});

test('a commit that settled itself leaves nothing to wait for', async () => {
  const { reads, under } = openReads({ isSettled: true });
  await reads.ready();
  reads.note(false);
  reads.note(true);
  await reads.ready();
  expect(under).toHaveLength(0);
});

test('a settling that fails holds nobody up, and is told once', async () => {
  const { reads, under, warnings, clock } = openReads();
  for (let n = 0; n < 3; n += 1) {
    const ready = reads.ready();
    under[n]?.reject(new StoreError('busy', 'another process holds it'));
    await ready;
    clock.now += 1000;
  }
  expect(under).toHaveLength(3);
  expect(warnings).toEqual([expect.stringContaining('another process holds it')]);
});

test('after one that failed the next waits for a commit, or a second', async () => {
  const { reads, under, clock } = openReads();
  const failed = reads.ready();
  under[0]?.reject(new StoreError('disk-full', 'no room'));
  await failed;
  clock.now = 999;
  await reads.ready();
  expect(under).toHaveLength(1);
  reads.note(false);
  const again = reads.ready();
  expect(under).toHaveLength(2);
  under[1]?.reject(new StoreError('disk-full', 'no room'));
  await again;
  clock.now += 1000;
  void reads.ready();
  expect(under).toHaveLength(3);
});
