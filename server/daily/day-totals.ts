import { dayBoundaries } from '#organism/calendar-day.ts';
import type { TokenClasses } from '#organism/tokens.ts';
import { ZERO_TOKENS, addTokens } from '#organism/tokens.ts';
import { createPricer } from '#server/ingest/price.ts';

import type { FoundCall } from './found-call.ts';

export interface DayTotals {
  /** YYYY-MM-DD in the zone asked for. */
  readonly date: string;
  readonly calls: number;
  readonly tokens: TokenClasses;
  /** Of the calls that have a price. */
  readonly costNanos: number;
  readonly unpricedCalls: number;
}

/** Oldest first, days with calls only. */
export function dayTotals(calls: readonly FoundCall[], zone: string): DayTotals[] {
  const ordered = calls.toSorted((a, b) => a.at - b.at);
  const [first, last] = [ordered[0], ordered.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days = dayBoundaries(first.at, last.at + 1, zone);
  const pricer = createPricer();
  let next = 0;
  return days.flatMap(({ date, to }) => {
    const begin = next;
    while ((ordered[next]?.at ?? Infinity) < to) next += 1;
    return begin === next ? [] : [sumUp(date, ordered.slice(begin, next), pricer)];
  });
}

function sumUp(
  date: string,
  calls: readonly FoundCall[],
  pricer: ReturnType<typeof createPricer>,
): DayTotals {
  let tokens = ZERO_TOKENS;
  let costNanos = 0;
  let unpricedCalls = 0;
  for (const call of calls) {
    tokens = addTokens(tokens, call.tokens);
    const cost = pricer.priceUsage({ ...call, occurredAt: call.at }).costNanos;
    if (cost === null) unpricedCalls += 1;
    else costNanos += cost;
  }
  return { date, calls: calls.length, tokens, costNanos, unpricedCalls };
}
