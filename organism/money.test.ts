import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatUsd, nanosToDecimal, sumNanos, usdToNanos } from './money.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const nanosValues = fc.integer({ min: -MAX, max: MAX });

describe('usdToNanos', () => {
  it.each([
    [0, 0],
    [0.028, 28_000_000],
    [0.04995, 49_950_000],
    [1e-9, 1],
    [12.345678912, 12_345_678_912],
    [9_007_199.25474099, MAX - 1],
    [-0.25, -250_000_000],
  ])('%d USD is %d nanos', (usd, nanos) => {
    expect(usdToNanos(usd)).toBe(nanos);
  });

  it.each([
    [0.5e-9, 0],
    [1.5e-9, 2],
    [2.5e-9, 2],
    [3.5e-9, 4],
    [-0.5e-9, 0],
    [-2.5e-9, -2],
    [0.0009765625, 976_562],
    [1.0000000025, 1_000_000_002],
    [2.51e-9, 3],
    [2.4999e-9, 2],
    [1e-300, 0],
  ])('rounds %d USD half to even: %d', (usd, nanos) => {
    expect(usdToNanos(usd)).toBe(nanos);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e300,
    9_007_199.254740993,
    -9_007_200,
  ])('has no answer for %d', (usd) => {
    expect(usdToNanos(usd)).toBeNull();
  });

  it('returns what nanosToDecimal wrote', () => {
    fc.assert(
      // A double holds 15 decimal digits for sure; larger amounts may share one.
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (nanos) => {
        expect(usdToNanos(Number(nanosToDecimal(nanos)))).toBe(nanos);
      }),
    );
  });
});

describe('nanosToDecimal', () => {
  it.each([
    [0, '0'],
    [24_000_000, '0.024'],
    [1, '0.000000001'],
    [-1, '-0.000000001'],
    [3_000_000_000, '3'],
    [1_000_000_000_010, '1000.00000001'],
    [MAX, '9007199.254740991'],
  ])('%d is %s', (nanos, decimal) => {
    expect(nanosToDecimal(nanos)).toBe(decimal);
  });

  it('loses nothing and never uses an exponent', () => {
    fc.assert(
      fc.property(nanosValues, (nanos) => {
        const decimal = nanosToDecimal(nanos);
        expect(decimal).toMatch(/^-?\d+(?:\.\d{1,9})?$/);
        const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
        const digits = BigInt(whole + fraction.padEnd(9, '0'));
        expect(decimal.startsWith('-') ? -digits : digits).toBe(BigInt(nanos));
      }),
    );
  });

  it.each([0.5, Number.NaN, MAX + 1])('throws for %d', (nanos) => {
    expect(() => nanosToDecimal(nanos)).toThrow(RangeError);
    expect(() => formatUsd(nanos)).toThrow(RangeError);
  });
});

describe('formatUsd', () => {
  it.each([
    [0, '$0.00', '$0.00'],
    [1, '$0.000000001', '$0.000000001'],
    [123_456, '$0.000123456', '$0.000123'],
    [24_000_000, '$0.024', '$0.024'],
    [999_900_000, '$0.9999', '$1.00'],
    [12_345_600_000, '$12.3456', '$12.35'],
    [999_999_000_000, '$999.999', '$1.00k'],
    [1_234_500_000_000, '$1,234.50', '$1.23k'],
    [123_456_000_000_000, '$123,456.00', '$123k'],
    [1_234_567_000_000_000, '$1,234,567.00', '$1.23M'],
    [-123_456, '-$0.000123456', '-$0.000123'],
    [-1_234_500_000_000, '-$1,234.50', '-$1.23k'],
  ])('shows %d as %s, compact %s', (nanos, exact, compact) => {
    expect(formatUsd(nanos)).toBe(exact);
    expect(formatUsd(nanos, { compact: true })).toBe(compact);
  });

  it('never shows zero for an amount that is not', () => {
    fc.assert(
      fc.property(nanosValues, (nanos) => {
        fc.pre(nanos !== 0);
        expect(formatUsd(nanos, { compact: true })).toMatch(/[1-9]/);
      }),
    );
  });
});

describe('sumNanos', () => {
  it('adds exactly', () => {
    expect(sumNanos([])).toBe(0);
    expect(sumNanos([1, 2, -4])).toBe(-1);
    expect(sumNanos([MAX - 1, 1])).toBe(MAX);
  });

  it.each([[[MAX, 1]], [[MAX, 1, -5]], [[1, 0.5]], [[Number.NaN]]])('throws for %j', (amounts) => {
    expect(() => sumNanos(amounts)).toThrow(/safe integer/);
  });
});
