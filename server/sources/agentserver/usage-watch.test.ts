import { expect, test } from 'vitest';

import { createUsageWatch } from './usage-watch.ts';

/** The two clocks, agreeing. */
const at = (ms: number) => ({ at: ms, elapsed: ms });

test('calls stored a second late are no finding', () => {
  const watch = createUsageWatch();
  let count = 100;
  watch.observe(count, 100, at(0));
  for (let now = 5000; now <= 60_000; now += 5000) {
    count += 10;
    // Each reading finds the rows of the one before it.
    expect(watch.observe(count, now === 5000 ? 0 : 10, at(now))).toBeNull();
  }
});

test('calls never stored are found once they had time to be, and told as a gap now and then', () => {
  const watch = createUsageWatch();
  watch.observe(0, 0, at(0));
  expect(watch.observe(6, 0, at(5000))).toBeNull();
  expect(watch.observe(6, 0, at(10_000))).toEqual({ missing: 6, since: 0, newlyMissing: 6 });
  expect(watch.observe(9, 0, at(15_000))).toEqual({ missing: 6, since: 0, newlyMissing: 0 });
  expect(watch.observe(9, 0, at(20_000))).toEqual({ missing: 9, since: 0, newlyMissing: 0 });
  expect(watch.observe(9, 0, at(70_000))).toEqual({ missing: 9, since: 0, newlyMissing: 3 });
});

test('a count that goes down starts over', () => {
  const watch = createUsageWatch();
  watch.observe(0, 0, at(0));
  watch.observe(6, 0, at(5000));
  expect(watch.observe(6, 0, at(10_000))).not.toBeNull();
  expect(watch.observe(0, 0, at(15_000))).toBeNull();
  watch.observe(2, 0, at(20_000));
  expect(watch.observe(2, 2, at(25_000))).toBeNull();
});
