import { customRange, type InstantRange, type RangeToken } from '#components/api/range.ts';
import { dayBoundaries } from '#organism/calendar-day.ts';

export interface RangeChoice {
  readonly value: RangeToken | typeof CUSTOM;
  readonly label: string;
}

/** Stands in the menu for days of one's own. */
export const CUSTOM = 'custom';

const PRESET_LABELS: Partial<Record<string, string>> = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '365d': 'Last 365 days',
  month: 'This month',
  'last-month': 'Last month',
};

export function rangeChoices(tokens: readonly RangeToken[]): RangeChoice[] {
  return tokens.map((token) => ({ value: token, label: PRESET_LABELS[token] ?? token }));
}

/** First and last day of a range, both included, as YYYY-MM-DD in the zone. */
export function rangeDays(
  range: InstantRange,
  zone: string,
): { readonly first: string; readonly last: string } {
  const days = dayBoundaries(range.from, range.to, zone);
  return { first: days[0]?.date ?? '', last: days.at(-1)?.date ?? '' };
}

const MAX_MONTHS = 24; // a longer menu is a calendar: own days reach further back
const monthName = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  month: 'long',
  year: 'numeric',
});

/**
 * Whole months before last month, newest first, back to the first stored day.
 * @param today, firstDay YYYY-MM-DD; null when nothing is stored
 */
export function monthChoices(today: string, firstDay: string | null): RangeChoice[] {
  if (firstDay === null) return [];
  const [year = 0, month = 0] = today.split('-').map(Number);
  const choices: RangeChoice[] = [];
  for (let back = 2; back <= MAX_MONTHS; back += 1) {
    const first = new Date(Date.UTC(year, month - 1 - back, 1));
    const last = new Date(Date.UTC(year, month - back, 0));
    if (toDate(last) < firstDay) break;
    choices.push({
      value: customRange(toDate(first), toDate(last)),
      label: monthName.format(first),
    });
  }
  return choices;
}

function toDate(day: Date): string {
  return day.toISOString().slice(0, 10);
}
