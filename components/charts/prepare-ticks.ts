const WANTED_TICKS = 4;
const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** Round values from zero to one at or above `max`; whole, because every measure is. */
export function prepareTicks(max: number): readonly number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / WANTED_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    Math.round((NICE_STEPS.find((nice) => nice * power >= rough) ?? 10) * power),
  );
  const count = Math.ceil(max / step);
  return Array.from({ length: count + 1 }, (_, index) =>
    Math.min(index * step, Number.MAX_SAFE_INTEGER),
  );
}

const EVERY_DAY_UP_TO = 10;
const EVERY_WEEK_UP_TO = 62;

/** Which of the days carry a label: all, one a week counted back from the last, or firsts of months. */
export function prepareDayTicks(dates: readonly string[]): readonly string[] {
  if (dates.length <= EVERY_DAY_UP_TO) return dates;
  if (dates.length <= EVERY_WEEK_UP_TO) {
    return dates.filter((_, index) => (dates.length - 1 - index) % 7 === 0);
  }
  return dates.filter((date) => date.endsWith('-01'));
}

const shortDay = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
});
const monthOnly = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short' });
const wholeDay = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/** "21 Nov"; on an axis of months "Nov", and January as its year. */
export function formatDayTick(date: string, dayCount: number): string {
  if (dayCount <= EVERY_WEEK_UP_TO) return formatDate(date, shortDay);
  return date.slice(5, 7) === '01' ? date.slice(0, 4) : formatDate(date, monthOnly);
}

/** "Sat, 21 Nov 2026". */
export function formatDay(date: string): string {
  return formatDate(date, wholeDay);
}

function formatDate(date: string, format: Intl.DateTimeFormat): string {
  const instant = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(instant) ? date : format.format(instant);
}
