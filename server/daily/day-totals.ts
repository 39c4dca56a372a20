import type { TokenClasses } from '#organism/tokens.ts';
import type { CalendarDay } from '#organism/utc-days.ts';
import { utcDays } from '#organism/utc-days.ts';
import { createPricer } from '#server/ingest/price.ts';

import type { CallColumns } from './call-columns.ts';
import { callAt, countRows } from './call-columns.ts';

export interface DayTotals {
  /** YYYY-MM-DD in the zone asked for. */
  readonly date: string;
  readonly calls: number;
  readonly tokens: TokenClasses;
  /** Of the calls that have a price. */
  readonly costNanos: number;
  readonly unpricedCalls: number;
}

/** A day that is being added up. */
interface Day extends CalendarDay {
  calls: number;
  readonly tokens: { -readonly [name in keyof TokenClasses]: number };
  costNanos: number;
  unpricedCalls: number;
}

type DaysBetween = (from: number, to: number) => CalendarDay[];

/** The days of a zone. Only other zones than UTC need a calendar, which takes its time to load. */
export async function daysOf(zone: string): Promise<DaysBetween> {
  if (zone === 'UTC') return utcDays;
  const { dayBoundaries } = await import('#organism/calendar-day.ts');
  return (from, to) => dayBoundaries(from, to, zone);
}

/** Oldest first, days with calls only. */
export function dayTotals(calls: CallColumns, daysBetween: DaysBetween): DayTotals[] {
  const pricer = createPricer();
  const days: Day[] = [];
  let day: Day | undefined;
  for (let row = 0; row < countRows(calls); row += 1) {
    const { at: occurredAt, ...call } = callAt(calls, row);
    // The next call is nearly always of the day of the last.
    if (day === undefined || !isOf(day, occurredAt)) day = dayOf(occurredAt, days, daysBetween);
    add(day, call.tokens, pricer.priceUsage({ ...call, occurredAt }).costNanos);
  }
  return days
    .toSorted((a, b) => a.from - b.from)
    .map(({ from: _from, to: _to, ...totals }) => totals);
}

function isOf({ from, to }: CalendarDay, at: number): boolean {
  return at >= from && at < to;
}

function dayOf(at: number, days: Day[], daysBetween: DaysBetween): Day {
  const known = days.find((day) => isOf(day, at));
  if (known !== undefined) return known;
  const [found = { date: '', from: at, to: at }] = daysBetween(at, at + 1);
  const tokens = { inputFresh: 0, cacheRead: 0, cacheWrite: 0, outputVisible: 0, reasoning: 0 };
  const day = { ...found, calls: 0, tokens, costNanos: 0, unpricedCalls: 0 };
  days.push(day);
  return day;
}

function add(day: Day, tokens: TokenClasses, costNanos: number | null): void {
  day.calls += 1;
  day.tokens.inputFresh += tokens.inputFresh;
  day.tokens.cacheRead += tokens.cacheRead;
  day.tokens.cacheWrite += tokens.cacheWrite;
  day.tokens.outputVisible += tokens.outputVisible;
  day.tokens.reasoning += tokens.reasoning;
  if (costNanos === null) day.unpricedCalls += 1;
  else day.costNanos += costNanos;
}
