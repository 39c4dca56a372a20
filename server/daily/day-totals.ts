import type { CalendarDay } from '#organism/calendar-day.ts';
import { dayBoundaries } from '#organism/calendar-day.ts';
import type { TokenClasses } from '#organism/tokens.ts';
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

/** Oldest first, days with calls only. */
export function dayTotals(calls: CallColumns, zone: string): DayTotals[] {
  const pricer = createPricer();
  const days: Day[] = [];
  let day: Day | undefined;
  for (let row = 0; row < countRows(calls); row += 1) {
    const { at: occurredAt, ...call } = callAt(calls, row);
    // The next call is nearly always of the day of the last.
    if (day === undefined || !isOf(day, occurredAt)) day = dayOf(occurredAt, days, zone);
    add(day, call.tokens, pricer.priceUsage({ ...call, occurredAt }).costNanos);
  }
  return days
    .toSorted((a, b) => a.from - b.from)
    .map(({ from: _from, to: _to, ...totals }) => totals);
}

function isOf({ from, to }: CalendarDay, at: number): boolean {
  return at >= from && at < to;
}

function dayOf(at: number, days: Day[], zone: string): Day {
  const known = days.find((day) => isOf(day, at));
  if (known !== undefined) return known;
  const [found = { date: '', from: at, to: at }] = dayBoundaries(at, at + 1, zone);
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
