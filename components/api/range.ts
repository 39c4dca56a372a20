import { Temporal } from 'temporal-polyfill';

import { HOUR_MS, MINUTE_MS } from '#organism/durations.ts';

/**
 * A span of time as one word in the URL: `15m` and `24h` end now; `7d` and longer are whole days of
 * the chosen zone, today among them; `month` and `last-month` are calendar months; and
 * `2026-11-01..2026-11-15` are days of one's own, both included.
 */
export const RANGE_PRESETS = [
  '5m',
  '15m',
  '1h',
  '24h',
  '7d',
  '30d',
  '90d',
  '365d',
  'month',
  'last-month',
] as const;
export type RangePreset = (typeof RANGE_PRESETS)[number];
export type RangeToken = RangePreset | `${string}..${string}`;

/** Half-open `[from, to)`, in epoch milliseconds. */
export interface InstantRange {
  readonly from: number;
  readonly to: number;
}

const UNIT_MS = { m: MINUTE_MS, h: HOUR_MS };
const ROLLING = /^(\d+)([mh])$/;
const WHOLE_DAYS = /^(\d+)d$/;
const CUSTOM = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;

/** @returns null when the text is no range: an unknown word, no such day, or an end before its start */
export function parseRangeToken(text: string): RangeToken | null {
  const preset = RANGE_PRESETS.find((candidate) => candidate === text);
  if (preset !== undefined) return preset;
  const days = readCustom(text);
  return days === null ? null : customRange(days.first.toString(), days.last.toString());
}

/** @param first, last days as YYYY-MM-DD, both included */
export function customRange(first: string, last: string): RangeToken {
  return `${first}..${last}`;
}

/**
 * The instants a range means at `now` in an IANA zone, also across changes of the clocks.
 * @throws RangeError when the zone is unknown or the token is none
 */
export function resolveRange(token: RangeToken, now: number, zone: string): InstantRange {
  const rolling = ROLLING.exec(token);
  if (rolling !== null) {
    const unitMs = rolling[2] === 'h' ? UNIT_MS.h : UNIT_MS.m;
    return { from: now - Number(rolling[1]) * unitMs, to: now };
  }
  const { first, last } = daysOf(token, now, zone);
  return { from: startOf(first, zone), to: startOf(last.add({ days: 1 }), zone) };
}

interface Days {
  readonly first: Temporal.PlainDate;
  readonly last: Temporal.PlainDate;
}

function daysOf(token: RangeToken, now: number, zone: string): Days {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(now))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  const whole = WHOLE_DAYS.exec(token);
  if (whole !== null) return { first: today.subtract({ days: Number(whole[1]) - 1 }), last: today };
  const firstOfMonth = today.with({ day: 1 });
  if (token === 'month') return { first: firstOfMonth, last: today };
  if (token === 'last-month') {
    return {
      first: firstOfMonth.subtract({ months: 1 }),
      last: firstOfMonth.subtract({ days: 1 }),
    };
  }
  const days = readCustom(token);
  if (days === null) throw new RangeError(`not a range: ${token}`);
  return days;
}

function readCustom(text: string): Days | null {
  const match = CUSTOM.exec(text);
  if (match === null) return null;
  try {
    const first = Temporal.PlainDate.from(match[1] ?? '');
    const last = Temporal.PlainDate.from(match[2] ?? '');
    return Temporal.PlainDate.compare(first, last) <= 0 ? { first, last } : null;
  } catch (error) {
    // No such day, as 30 February.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function startOf(day: Temporal.PlainDate, zone: string): number {
  return day.toZonedDateTime(zone).epochMilliseconds;
}
