import { Temporal } from 'temporal-polyfill';

import type { CalendarDay } from './utc-days.ts';
import { MAX_INSTANT_MS, clamp, openEnds, utcDays } from './utc-days.ts';

/** Calendar days of any IANA zone as half-open ranges of instants. */

/**
 * The days that overlap `[from, to)` in epoch milliseconds, whole and oldest first: each begins
 * where the one before ends. A date the zone skipped is left out; where clocks are turned back over
 * midnight, the day begins at its first midnight.
 * @throws RangeError when the zone is unknown
 */
export function dayBoundaries(from: number, to: number, zone: string): CalendarDay[] {
  if (!(from < to)) return [];
  return zone === 'UTC' ? utcDays(from, to) : zonedDays(from, to, zone);
}

function zonedDays(from: number, to: number, zone: string): CalendarDay[] {
  const days: CalendarDay[] = [];
  const end = Math.min(to, MAX_INSTANT_MS);
  let date = Temporal.Instant.fromEpochMilliseconds(Math.floor(clamp(from)))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  let start = date.toZonedDateTime(zone).epochMilliseconds;
  do {
    const nextDate = date.add({ days: 1 });
    const next = nextDate.toZonedDateTime(zone).epochMilliseconds;
    if (next > start) days.push({ date: date.toString(), from: start, to: next });
    date = nextDate;
    start = next;
  } while (start < end);
  return openEnds(days, from, to);
}
