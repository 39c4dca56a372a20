import { describe, expect, it } from 'vitest';

import { formatDay, formatDayTick, prepareDayTicks, prepareTicks } from './prepare-ticks.ts';

describe('prepareTicks', () => {
  it.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [97, [0, 25, 50, 75, 100]],
    [1_234_567, [0, 500_000, 1_000_000, 1_500_000]],
  ])('reaches from zero over %d', (max, ticks) => {
    expect(prepareTicks(max)).toEqual(ticks);
  });

  it('ends at or above the largest value with few, whole ticks', () => {
    for (const max of [1, 2, 7, 11, 999, 1001, 52_345_678, 9e15]) {
      const ticks = prepareTicks(max);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.every(Number.isSafeInteger)).toBe(true);
    }
  });
});

describe('prepareDayTicks', () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
    );

  it('labels each day of a week', () => {
    expect(prepareDayTicks(days(7))).toHaveLength(7);
  });

  it('labels one day a week of a month, the last among them', () => {
    expect(prepareDayTicks(days(30))).toEqual([
      '2026-01-02',
      '2026-01-09',
      '2026-01-16',
      '2026-01-23',
      '2026-01-30',
    ]);
  });

  it('labels firsts of months in a year', () => {
    expect(prepareDayTicks(days(365))).toHaveLength(12);
  });
});

it('writes days for people', () => {
  expect(formatDay('2026-11-21')).toBe('Sat, 21 Nov 2026');
  expect(formatDayTick('2026-11-21', 30)).toBe('21 Nov');
  expect(formatDayTick('2026-11-01', 365)).toBe('Nov');
  expect(formatDayTick('2027-01-01', 365)).toBe('2027');
  expect(formatDay('someday')).toBe('someday');
});
