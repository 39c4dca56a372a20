import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HOUR_MS } from '#organism/durations.ts';

import { RANGE_PRESETS, customRange, parseRangeToken, resolveRange } from './range.ts';

const at = (text: string) => Date.parse(text);
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];

describe('parseRangeToken', () => {
  it.each([...RANGE_PRESETS, '2026-11-01..2026-11-15', '2026-02-28..2026-02-28'])(
    'reads %s',
    (token) => {
      expect(parseRangeToken(token)).toBe(token);
    },
  );

  it.each([
    '',
    '3d',
    '7D',
    '2026-11-15..2026-11-01',
    '2026-02-30..2026-03-01',
    '2026-11-01',
    'a..b',
  ])('has no range for "%s"', (text) => {
    expect(parseRangeToken(text)).toBeNull();
  });
});

describe('resolveRange', () => {
  it('ends a span of minutes or hours now', () => {
    const now = at('2026-11-21T10:00:30Z');
    expect(resolveRange('15m', now, 'Asia/Kolkata')).toEqual({ from: now - 900_000, to: now });
    expect(resolveRange('24h', now, 'UTC')).toEqual({ from: now - 24 * HOUR_MS, to: now });
  });

  it('cuts days in the zone, today among them', () => {
    const now = at('2026-11-21T20:00:00Z');
    expect(resolveRange('7d', now, 'Asia/Kolkata')).toEqual({
      from: at('2026-11-16T00:00:00+05:30'),
      to: at('2026-11-23T00:00:00+05:30'),
    });
  });

  it('knows the day that has 25 hours', () => {
    const { from, to } = resolveRange(
      customRange('2026-10-25', '2026-10-25'),
      at('2026-11-21T00:00:00Z'),
      'Europe/Berlin',
    );
    expect(to - from).toBe(25 * HOUR_MS);
  });

  it('takes calendar months', () => {
    const now = at('2026-03-31T12:00:00Z');
    expect(resolveRange('month', now, 'UTC')).toEqual({
      from: at('2026-03-01T00:00:00Z'),
      to: at('2026-04-01T00:00:00Z'),
    });
    expect(resolveRange('last-month', now, 'UTC')).toEqual({
      from: at('2026-02-01T00:00:00Z'),
      to: at('2026-03-01T00:00:00Z'),
    });
  });

  it('refuses an unknown zone', () => {
    expect(() => resolveRange('7d', 0, 'Mars/Olympus')).toThrow(RangeError);
  });

  it('joins neighbouring days without a hole or an overlap, in every zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1990-01-01T00:00:00Z') / 86_400_000, max: 25_000 }),
        fc.constantFrom(...ZONES),
        (day, zone) => {
          const name = (offset: number) =>
            new Date((day + offset) * 86_400_000).toISOString().slice(0, 10);
          const first = resolveRange(customRange(name(0), name(0)), 0, zone);
          const second = resolveRange(customRange(name(1), name(1)), 0, zone);
          const both = resolveRange(customRange(name(0), name(1)), 0, zone);
          expect(first.to).toBe(second.from);
          expect(both).toEqual({ from: first.from, to: second.to });
        },
      ),
    );
  });
});
