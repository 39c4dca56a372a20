import { DAY_MS } from './durations.ts';

/** Calendar days of UTC, which need no calendar: without what is loaded for other zones. */

export interface CalendarDay {
  /** YYYY-MM-DD in the zone; years beyond 9999 with sign and six digits. */
  readonly date: string;
  /** Epoch milliseconds of its first instant. */
  readonly from: number;
  /** First instant of the next day: a day may last 23, 24, 24.5 or 25 hours. */
  readonly to: number;
}

/** Two days inside what ECMAScript can name; the days beyond count as the last one within. */
export const MAX_INSTANT_MS = 8.64e15 - 2 * DAY_MS;

/** See `dayBoundaries`. */
export function utcDays(from: number, to: number): CalendarDay[] {
  if (!(from < to)) return [];
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

/** To what ECMAScript can name. */
export function clamp(instant: number): number {
  return Math.max(-MAX_INSTANT_MS, Math.min(MAX_INSTANT_MS, instant));
}

/** Where the range goes beyond what can be cut, its first or last day reaches out to it. */
export function openEnds(days: CalendarDay[], from: number, to: number): CalendarDay[] {
  const first = days[0];
  if (first !== undefined && from < first.from) days[0] = { ...first, from };
  const last = days.at(-1);
  if (last !== undefined && to > last.to) days[days.length - 1] = { ...last, to };
  return days;
}
