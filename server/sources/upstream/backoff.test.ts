import { expect, test } from 'vitest';

import { BACKOFF_CAP_MS, createBackoff } from './backoff.ts';

test('waits double up to the cap, for ever, and half of each is jitter', () => {
  const shortest = createBackoff({ random: () => 0 });
  const longest = createBackoff({ random: () => 1 });
  const waits = Array.from({ length: 100 }, () => [shortest.next(), longest.next()]);
  expect(waits.slice(0, 3)).toEqual([
    [250, 500],
    [500, 1000],
    [1000, 2000],
  ]);
  expect(waits.at(-1)).toEqual([BACKOFF_CAP_MS / 2, BACKOFF_CAP_MS]);
  expect(shortest.attempt).toBe(100);
});

test('a reset starts over', () => {
  const backoff = createBackoff({ random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.attempt).toBe(0);
  expect(backoff.next()).toBe(500);
});
