import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';

import { dayBoundaries } from './calendar-day.ts';
import { HOUR_MS } from './durations.ts';
import { isTimeZone } from './time-zone.ts';

const hours = (day: { from: number; to: number }) => (day.to - day.from) / HOUR_MS;

function daysOf(from: string, to: string, zone: string) {
  return dayBoundaries(Date.parse(from), Date.parse(to), zone);
}

describe('dayBoundaries', () => {
  test('cuts whole days that overlap the range', () => {
    expect(daysOf('2026-03-01T12:00Z', '2026-03-02T00:00:00.001Z', 'UTC')).toEqual([
      { date: '2026-03-01', from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 2, 2) },
      { date: '2026-03-02', from: Date.UTC(2026, 2, 2), to: Date.UTC(2026, 2, 3) },
    ]);
    expect(daysOf('2026-03-01T12:00Z', '2026-03-02T00:00Z', 'UTC')).toHaveLength(1);
    expect(daysOf('2026-03-01T12:00Z', '2026-03-01T12:00Z', 'UTC')).toEqual([]);
  });

  test.each([
    ['2026-03-29T12:00Z', 'Europe/Berlin', '2026-03-29', 23],
    ['2026-10-25T12:00Z', 'Europe/Berlin', '2026-10-25', 25],
    ['2026-04-05T00:00Z', 'Australia/Lord_Howe', '2026-04-05', 24.5],
    ['2026-10-04T00:00Z', 'Australia/Lord_Howe', '2026-10-04', 23.5],
    ['2028-02-29T12:00Z', 'Asia/Kathmandu', '2028-02-29', 24],
    ['2026-12-31T23:30Z', 'Europe/Berlin', '2027-01-01', 24],
  ])('%s in %s lies in %s, which lasts %d h', (instant, zone, date, length) => {
    const at = Date.parse(instant);
    const [day, ...more] = dayBoundaries(at, at + 1, zone);
    expect(more).toEqual([]);
    expect(day?.date).toBe(date);
    expect(hours(day!)).toBe(length);
  });

  test('a date the zone skipped is left out', () => {
    const days = daysOf('2011-12-29T12:00Z', '2011-12-31T12:00Z', 'Pacific/Apia');
    expect(days.map((day) => day.date)).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
  });

  test('days follow each other without a gap, in every zone', () => {
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const from = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2040, 0, 1) });
    fc.assert(
      fc.property(zone, from, fc.integer({ min: 1, max: 500 }), (zone, from, hours) => {
        const to = from + hours * HOUR_MS;
        const days = dayBoundaries(from, to, zone);
        expect(days[0]!.from).toBeLessThanOrEqual(from);
        expect(days.at(-1)!.to).toBeGreaterThanOrEqual(to);
        for (const [i, day] of days.entries()) {
          expect(day.to).toBeGreaterThan(day.from);
          expect(day.to).toBe(days[i + 1]?.from ?? day.to);
          const firstMinute = Temporal.Instant.fromEpochMilliseconds(day.from);
          expect(firstMinute.toZonedDateTimeISO(zone).toPlainDate().toString()).toBe(day.date);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('UTC days are the same with and without the calendar', () => {
    const range = [Date.UTC(2026, 1, 20, 5), Date.UTC(2026, 2, 3, 5)] as const;
    expect(dayBoundaries(...range, 'UTC')).toEqual(dayBoundaries(...range, 'Etc/UTC'));
  });

  test.each(['UTC', 'Europe/Berlin', 'Pacific/Kiritimati'])(
    'the ends of time in %s lie in a day',
    (zone) => {
      for (const at of [-8.64e15, 8.64e15 - 1]) {
        const [day, ...more] = dayBoundaries(at, at + 1, zone);
        expect(more).toEqual([]);
        expect(day!.from).toBeLessThanOrEqual(at);
        expect(day!.to).toBeGreaterThan(at);
      }
    },
  );
});

test('isTimeZone knows IANA names', () => {
  expect(isTimeZone('America/Argentina/Buenos_Aires')).toBe(true);
  expect(isTimeZone('Mars/Olympus')).toBe(false);
  expect(isTimeZone('')).toBe(false);
  expect(() => dayBoundaries(0, 1, 'Mars/Olympus')).toThrow(RangeError);
});
