import { describe, expect, it } from 'vitest';

import {
  formatAgo,
  formatDuration,
  formatEstimate,
  formatInstantExact,
  formatMinute,
} from './time.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('formatAgo', () => {
  it.each([
    [0, 'now'],
    [999, 'now'],
    [3 * SECOND, '3 s ago'],
    [59_999, '59 s ago'],
    [MINUTE, '1 min ago'],
    [59 * MINUTE + 59_999, '59 min ago'],
    [47 * HOUR, '47 h ago'],
    [48 * HOUR, '2 d ago'],
    [-5 * SECOND, 'in 5 s'],
  ])('calls a distance of %d ms "%s"', (distance, text) => {
    expect(plain(formatAgo(1_000_000_000 - distance, 1_000_000_000))).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [420, '420 ms'],
    [3240, '3.2 s'],
    [9960, '10 s'],
    [59_600, '1 min'],
    [250_000, '4 min 10 s'],
    [HOUR - 1, '1 h'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 min'],
    [76 * HOUR, '3 d 4 h'],
  ])('writes %d ms as %s', (durationMs, text) => {
    expect(plain(formatDuration(durationMs))).toBe(text);
  });
});

it.each([
  [63, 'under 1 s'],
  [1400, '1 s'],
  [250_400, '4 min 10 s'],
])('estimates %d ms as %s', (durationMs, text) => {
  expect(plain(formatEstimate(durationMs))).toBe(text);
});

describe('instants', () => {
  const instant = Date.UTC(2026, 10, 21, 4, 16, 9, 123);

  it('are written in the chosen zone, also where it is off by half an hour', () => {
    expect(formatInstantExact(instant, 'Asia/Kolkata')).toBe(
      '2026-11-21 09:46:09.123 Asia/Kolkata (GMT+05:30)',
    );
    expect(formatInstantExact(instant, 'UTC')).toBe('2026-11-21 04:16:09.123 UTC');
  });

  it('fall on the day of the zone, not of UTC', () => {
    expect(formatMinute(instant, 'Pacific/Honolulu')).toBe('2026-11-20 18:16');
  });

  it('write midnight as 00', () => {
    expect(formatMinute(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01 00:00');
  });
});
