import { describe, expect, it } from 'vitest';

import { formatCompact, formatExact, formatPercent } from './number.ts';

describe('formatCompact', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [999, '999'],
    [1000, '1.0 k'],
    [1234, '1.2 k'],
    [99_949, '99.9 k'],
    [99_950, '100 k'],
    [999_499, '999 k'],
    [999_500, '1.0 M'],
    [1_234_567, '1.2 M'],
    [-1_234_567, '−1.2 M'],
    [4_200_000_000, '4.2 B'],
    [0.4567, '0.46'],
    [41.66, '41.7'],
    [Number.NaN, '–'],
  ])('writes %d as %s', (value, text) => {
    expect(formatCompact(value).replace('\u202f', ' ')).toBe(text);
  });

  it('never prints a thousand of a unit', () => {
    for (let exponent = 3; exponent < 15; exponent += 1) {
      for (const just of [0.9994, 0.99949, 0.9995, 0.99999, 1]) {
        expect(formatCompact(just * 10 ** exponent)).not.toMatch(/^\d{4,}/);
      }
    }
  });
});

it('writes every digit with separators', () => {
  expect(formatExact(1_234_567)).toBe('1,234,567');
});

it.each([
  [0, '0 %'],
  [87.44, '87.4 %'],
  [99.96, '100 %'],
  [100.4, '100 %'],
])('writes %d percent as %s', (percent, text) => {
  expect(formatPercent(percent).replace('\u202f', ' ')).toBe(text);
});
