import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MINUTE_MS } from './durations.ts';
import {
  BUDGET_THRESHOLDS,
  BURN_WINDOW_MS,
  budgetLevel,
  burnRatePerMinute,
  isExhausted,
  percentUsed,
  remainingTokens,
  timeToEmptyMs,
} from './gas.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const reading = (agoMs: number, totalTokens: number) => ({ at: NOW - agoMs, totalTokens });

describe('a budget', () => {
  it.each([
    [0, 1000, 0, 'ok'],
    [749, 1000, 74.9, 'ok'],
    [750, 1000, 75, 'warning'],
    [899, 1000, 89.9, 'warning'],
    [900, 1000, 90, 'critical'],
    [950, 1000, 95, 'final'],
    [1000, 1000, 100, 'exhausted'],
    [1004, 1000, 100.4, 'exhausted'],
    [500, 0, 0, 'ok'],
    [500, -1, 0, 'ok'],
  ])('of %i in %i is %d %% and %s', (used, max, percent, level) => {
    expect(percentUsed(used, max)).toBe(percent);
    expect(budgetLevel(used, max)).toBe(level);
  });

  it('does not round itself over a threshold', () => {
    expect(percentUsed(74_999, 100_000)).toBe(75);
    expect(budgetLevel(74_999, 100_000)).toBe('ok');
  });

  it('has a level for each threshold it reached', () => {
    const levels = ['ok', 'warning', 'critical', 'final', 'exhausted'];
    fc.assert(
      fc.property(fc.nat(2000), fc.integer({ min: 1, max: 1500 }), (used, max) => {
        const reached = BUDGET_THRESHOLDS.filter((threshold) => used * 100 >= max * threshold);
        expect(budgetLevel(used, max)).toBe(levels[reached.length]);
        expect(remainingTokens(used, max)).toBe(Math.max(0, max - used));
        expect(isExhausted(used, max)).toBe(used >= max);
      }),
    );
  });
});

describe('the burn rate', () => {
  it('counts idle time', () => {
    const readings = [reading(4 * MINUTE_MS, 0), reading(3 * MINUTE_MS, 400)];
    expect(burnRatePerMinute(readings, NOW)).toBe(100);
  });

  it('starts the window with the last reading before it', () => {
    const readings = [
      reading(60 * MINUTE_MS, 0),
      reading(BURN_WINDOW_MS + 1, 1000),
      reading(MINUTE_MS, 1500),
    ];
    expect(burnRatePerMinute(readings, NOW)).toBe(100);
  });

  it('is zero when nothing burned in the whole window', () => {
    expect(burnRatePerMinute([reading(20 * MINUTE_MS, 1), reading(9 * MINUTE_MS, 500)], NOW)).toBe(
      0,
    );
  });

  it.each([
    ['no reading', []],
    ['one reading', [reading(MINUTE_MS, 500)]],
    ['readings too close', [reading(900, 0), reading(500, 50)]],
    ['readings that went down', [reading(MINUTE_MS, 500), reading(1000, 20)]],
    ['readings of the future', [reading(-MINUTE_MS, 0), reading(-2 * MINUTE_MS, 50)]],
  ])('has no estimate from %s', (_what, readings) => {
    expect(burnRatePerMinute(readings, NOW)).toBeNull();
  });
});

describe('the time to empty', () => {
  it('is what remains at the given rate', () => {
    expect(timeToEmptyMs(600, 1000, 100)).toBe(4 * MINUTE_MS);
    expect(timeToEmptyMs(1004, 1000, 100)).toBe(0);
  });

  it.each([
    [600, 0, 100],
    [600, 1000, null],
    [600, 1000, 0],
    [600, 1000, -5],
  ])('has no estimate for %d of %d at %s a minute', (used, max, rate) => {
    expect(timeToEmptyMs(used, max, rate)).toBeNull();
  });
});
