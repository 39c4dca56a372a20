import { DAY_MS, MINUTE_MS } from '#organism/durations.ts';

/**
 * Instants at which calendars go wrong, and what day each is. The days come from the formatter of
 * the platform, one instant at a time: nothing here knows when a day begins.
 */

const HALF_HOUR_MS = 30 * MINUTE_MS;
const YEAR_MS = 365.25 * DAY_MS;
const YEAR = 2027;

/** Both ways each, by an hour, half an hour, and over midnight. */
const SHIFTING_ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Havana',
] as const;
export const ZONES = [
  ...SHIFTING_ZONES,
  'UTC',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Chatham',
] as const;

export interface ShiftedDay {
  readonly zone: string;
  readonly date: string;
  /** Half hours in it: 48 on any other day. */
  readonly halfHours: number;
}

/** Every half hour around every shift, a leap day and a year's end, and ten years off either way. */
export function hardInstants(now: number): readonly number[] {
  const around = (from: number, to: number): number[] =>
    Array.from({ length: (to - from) / HALF_HOUR_MS }, (_, i) => from + i * HALF_HOUR_MS);
  const instants = [
    ...SHIFTING_ZONES.flatMap(shiftsOf).flatMap((at) => around(at - 2 * DAY_MS, at + 2 * DAY_MS)),
    ...around(Date.UTC(2028, 1, 28), Date.UTC(2028, 2, 2)),
    ...around(Date.UTC(YEAR, 11, 30), Date.UTC(YEAR + 1, 0, 3)),
    now - 10 * YEAR_MS,
    now + 10 * YEAR_MS,
  ];
  return [...new Set(instants)];
}

/** The days that are not 24 hours long. */
export function shiftedDays(): readonly ShiftedDay[] {
  return SHIFTING_ZONES.flatMap((zone) =>
    shiftsOf(zone).map((at) => {
      const forwardMinutes = offsetMinutes(zone, at) - offsetMinutes(zone, at - HALF_HOUR_MS);
      // A shift at midnight shortens the day that begins, or lengthens the one that ends.
      const date = dateIn(zone, forwardMinutes > 0 ? at : at - HALF_HOUR_MS);
      return { zone, date, halfHours: 48 - forwardMinutes / 30 };
    }),
  );
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date as someone in the zone would write it: 2027-03-28. */
export function dateIn(zone: string, instant: number): string {
  const parts = partsOf(zone, instant);
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
}

function offsetMinutes(zone: string, instant: number): number {
  const name = partsOf(zone, instant).get('timeZoneName') ?? '';
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

function partsOf(zone: string, instant: number): ReadonlyMap<string, string> {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      timeZoneName: 'longOffset',
    });
  formats.set(zone, format);
  return new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** The first half hours of the year with another offset than the one before. */
function shiftsOf(zone: string): number[] {
  const found: number[] = [];
  let offset = offsetMinutes(zone, Date.UTC(YEAR, 0, 1));
  for (let at = Date.UTC(YEAR, 0, 1); at < Date.UTC(YEAR + 1, 0, 1); at += HALF_HOUR_MS) {
    const next = offsetMinutes(zone, at);
    if (next !== offset) found.push(at);
    offset = next;
  }
  return found;
}
