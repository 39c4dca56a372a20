import { Temporal } from 'temporal-polyfill';

/** Calendar days of any IANA zone as half-open ranges of instants. */

export interface CalendarDay {
  /** YYYY-MM-DD in the zone; years beyond 9999 with sign and six digits. */
  readonly date: string;
  /** Epoch milliseconds of its first instant. */
  readonly from: number;
  /** First instant of the next day: a day may last 23, 24, 24.5 or 25 hours. */
  readonly to: number;
}

const DAY_MS = 24 * 60 * 60_000;
/** Two days inside what ECMAScript can name; the days beyond count as the last one within. */
const MAX_INSTANT_MS = 8.64e15 - 2 * DAY_MS;

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

function utcDays(from: number, to: number): CalendarDay[] {
  const days: CalendarDay[] = [];
  const end = Math.min(to, MAX_INSTANT_MS);
  let start = Math.floor(clamp(from) / DAY_MS) * DAY_MS;
  do {
    const date = new Date(start).toISOString().slice(0, -'T00:00:00.000Z'.length);
    days.push({ date, from: start, to: start + DAY_MS });
    start += DAY_MS;
  } while (start < end);
  return openEnds(days, from, to);
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

function clamp(instant: number): number {
  return Math.max(-MAX_INSTANT_MS, Math.min(MAX_INSTANT_MS, instant));
}

/** Where the range goes beyond what can be cut, its first or last day reaches out to it. */
function openEnds(days: CalendarDay[], from: number, to: number): CalendarDay[] {
  const first = days[0];
  if (first !== undefined && from < first.from) days[0] = { ...first, from };
  const last = days.at(-1);
  if (last !== undefined && to > last.to) days[days.length - 1] = { ...last, to };
  return days;
}
