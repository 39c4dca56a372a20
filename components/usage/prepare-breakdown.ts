import type { UsageDimension } from '#components/api/use-usage.ts';
import { REST_COLOUR, type SeriesColour } from '#components/ui/series-colour.ts';
import type { UsageBreakdown } from '#organism/api/resources.ts';
import { totalTokens } from '#organism/tokens.ts';
import type { UsageSum } from '#organism/usage-sum.ts';

import type { DailySeries } from '../charts/prepare-daily-bars.ts';
import { DIMENSION_WORDS, nameWords } from './dimension-words.ts';

export interface BreakdownRow {
  readonly id: string;
  /** Null: usage that names none. */
  readonly group: string | null;
  readonly label: string;
  /** The chart's colour for it. */
  readonly colour: SeriesColour;
  readonly sum: UsageSum;
  readonly totalTokens: number;
  /** Null when no call said how long it took. */
  readonly averageLatencyMs: number | null;
}

export function prepareBreakdown(
  breakdown: UsageBreakdown,
  series: readonly DailySeries[],
  dimension: UsageDimension,
): BreakdownRow[] {
  const colours = new Map(series.map((one) => [one.group, one.colour]));
  return breakdown.rows.map(({ keys, sum }) => {
    const name = keys[0] ?? '';
    const group = name === '' ? null : name;
    return {
      id: group === null ? 'nameless' : `group:${group}`,
      group,
      label: group === null ? DIMENSION_WORDS[dimension].none : nameWords(dimension, group),
      colour: colours.get(group) ?? REST_COLOUR,
      sum,
      totalTokens: totalTokens(sum.tokens),
      averageLatencyMs: sum.latencyCount === 0 ? null : sum.latencyMsTotal / sum.latencyCount,
    };
  });
}
