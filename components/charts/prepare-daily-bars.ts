import type { InstantRange } from '#components/api/range.ts';
import {
  assignSeriesColours,
  REST_COLOUR,
  SERIES_COUNT,
  type SeriesColour,
} from '#components/ui/series-colour.ts';
import type { DailyUsagePoint } from '#organism/agentserver/usage.ts';
import { dayBoundaries } from '#organism/calendar-day.ts';

import { addAmounts, isUnpriced, type Measure, measureValue } from './measure.ts';
import { prepareDayTicks, prepareTicks } from './prepare-ticks.ts';

export interface DailySeries {
  /** Unique in the chart; what it stands for is `group`. */
  readonly id: string;
  /** Null: usage that names none, or the rest of several groups. */
  readonly group: string | null;
  readonly label: string;
  readonly colour: SeriesColour;
  /** Null: a cost of which nothing is known. */
  readonly total: number | null;
  /** 0 to 100, of the whole range. */
  readonly sharePercent: number;
  readonly isRest: boolean;
}

/**
 * `gap` was not recorded: before the first stored row, or still to come. `whole` without values is a
 * true zero. `filling` is today: its bar still grows.
 */
type DayKind = 'gap' | 'whole' | 'filling';

export interface DailyBar {
  readonly date: string;
  readonly kind: DayKind;
  /** By the series' place; null where there was usage without any price. Empty in a gap. */
  readonly values: readonly (number | null)[];
  /** Null in a gap. */
  readonly total: number | null;
  readonly unpricedRequests: number;
  readonly unpricedTokens: number;
}

export interface DailyBars {
  readonly measure: Measure;
  /** Every calendar day of the range, oldest first. */
  readonly days: readonly DailyBar[];
  /** Largest first, the rest last. */
  readonly series: readonly DailySeries[];
  /** Groups in all: the M of "top N of M". */
  readonly groupCount: number;
  readonly total: number;
  readonly valueTicks: readonly number[];
  readonly dayTicks: readonly string[];
  /** First and last day of the leading stretch that was not recorded. */
  readonly unrecorded: { readonly first: string; readonly last: string } | null;
}

export interface DailyBarsInput {
  /** Of the range, one per day and group. */
  readonly points: readonly DailyUsagePoint[];
  readonly measure: Measure;
  readonly range: InstantRange;
  /** IANA zone the points were cut in. */
  readonly zone: string;
  /** YYYY-MM-DD in the zone. */
  readonly today: string;
  /** First day with any stored row, whatever the filters; null when there is none. */
  readonly coveredFrom: string | null;
  /** What usage that names no group is called: "no org". */
  readonly namelessLabel: string;
  /** What a group is called where its name is not for people. */
  readonly labelOf?: ((group: string) => string) | undefined;
}

const REST_ID = 'rest';
const NAMELESS_ID = 'nameless';
/** Group names are the source's own: the prefix keeps them apart from ours. */
const GROUP_PREFIX = 'group:';

/** Decides all a stacked daily chart and its table show: days, gaps, top series, colours, ticks. */
export function prepareDailyBars(input: DailyBarsInput): DailyBars {
  const totals = groupTotals(input.points, input.measure);
  const total = [...totals.values()].reduce<number>(
    (sum, amount) => addAmounts(sum, amount ?? 0),
    0,
  );
  const series = prepareSeries(totals, total, input);
  const days = prepareDays(input, series);
  const max = days.reduce((most, day) => Math.max(most, day.total ?? 0), 0);
  const firstKept = days.findIndex((day) => day.kind !== 'gap');
  const gapEnd = days[(firstKept === -1 ? days.length : firstKept) - 1];
  return {
    measure: input.measure,
    days,
    series,
    groupCount: totals.size,
    total,
    valueTicks: prepareTicks(max),
    dayTicks: prepareDayTicks(days.map((day) => day.date)),
    unrecorded:
      days[0] === undefined || gapEnd === undefined
        ? null
        : { first: days[0].date, last: gapEnd.date },
  };
}

type Amount = number | null;

function groupTotals(points: readonly DailyUsagePoint[], measure: Measure): Map<string, Amount> {
  const totals = new Map<string, Amount>();
  for (const point of points) {
    const id = groupId(point);
    totals.set(id, addKnown(totals.get(id) ?? null, pointAmount(point, measure)));
  }
  return totals;
}

function pointAmount(point: DailyUsagePoint, measure: Measure): Amount {
  return isUnpriced(point, measure) ? null : measureValue(point, measure);
}

function addKnown(a: Amount, b: Amount): Amount {
  return a === null ? b : addAmounts(a, b ?? 0);
}

function groupId(point: DailyUsagePoint): string {
  const group = point.group ?? '';
  return group === '' ? NAMELESS_ID : `${GROUP_PREFIX}${group}`;
}

function prepareSeries(
  totals: ReadonlyMap<string, Amount>,
  total: number,
  { namelessLabel, labelOf }: Pick<DailyBarsInput, 'namelessLabel' | 'labelOf'>,
): DailySeries[] {
  const ranked = [...totals].sort(([a, x], [b, y]) => (y ?? 0) - (x ?? 0) || (a < b ? -1 : 1));
  const shown = ranked.slice(0, SERIES_COUNT);
  const rest = ranked.slice(SERIES_COUNT);
  // By name, not by rank: two groups that change places keep their colours.
  const colours = assignSeriesColours(shown.map(([id]) => groupName(id) ?? id).sort());
  const share = (amount: Amount) => (total === 0 ? 0 : ((amount ?? 0) / total) * 100);
  const series = shown.map(([id, amount]) => {
    const group = groupName(id);
    return {
      id,
      group,
      label: group === null ? namelessLabel : (labelOf?.(group) ?? group),
      colour: colours.get(group ?? id) ?? REST_COLOUR,
      total: amount,
      sharePercent: share(amount),
      isRest: false,
    };
  });
  if (rest.length === 0) return series;
  const restTotal = rest.reduce<Amount>((sum, [, amount]) => addKnown(sum, amount), null);
  return [
    ...series,
    {
      id: REST_ID,
      group: null,
      label: `${rest.length} more`,
      colour: REST_COLOUR,
      total: restTotal,
      sharePercent: share(restTotal),
      isRest: true,
    },
  ];
}

function groupName(id: string): string | null {
  return id.startsWith(GROUP_PREFIX) ? id.slice(GROUP_PREFIX.length) : null;
}

function prepareDays(input: DailyBarsInput, series: readonly DailySeries[]): DailyBar[] {
  const { range, zone, measure } = input;
  const places = new Map(series.map((one, index) => [one.id, index]));
  const restPlace = places.get(REST_ID) ?? 0;
  const byDate = new Map<string, DailyUsagePoint[]>();
  for (const point of input.points) {
    byDate.set(point.date, [...(byDate.get(point.date) ?? []), point]);
  }
  return dayBoundaries(range.from, range.to, zone).map(({ date }) => {
    const points = byDate.get(date) ?? [];
    const kind = dayKind(date, input, points.length > 0);
    if (kind === 'gap') {
      return { date, kind, values: [], total: null, unpricedRequests: 0, unpricedTokens: 0 };
    }
    const values = series.map((): Amount => 0);
    const seen = new Set<number>();
    let [total, unpricedRequests, unpricedTokens] = [0, 0, 0];
    for (const point of points) {
      const amount = pointAmount(point, measure);
      const place = places.get(groupId(point)) ?? restPlace;
      values[place] = seen.has(place) ? addKnown(values[place] ?? null, amount) : amount;
      seen.add(place);
      total = addAmounts(total, amount ?? 0);
      unpricedRequests = addAmounts(unpricedRequests, point.unpricedRequests ?? 0);
      unpricedTokens = addAmounts(unpricedTokens, point.unpricedTokens ?? 0);
    }
    return { date, kind, values, total, unpricedRequests, unpricedTokens };
  });
}

function dayKind(date: string, { today, coveredFrom }: DailyBarsInput, hasUsage: boolean): DayKind {
  if (date === today) return 'filling';
  if (hasUsage) return 'whole';
  return coveredFrom === null || date < coveredFrom || date > today ? 'gap' : 'whole';
}
