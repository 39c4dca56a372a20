'use client';

import { customRange } from '#components/api/range.ts';
import { DailyLegend } from '#components/charts/daily-legend.tsx';
import { DailyTable } from '#components/charts/daily-table.tsx';
import { DailyBars } from '#components/charts/lazy-daily-bars.tsx';
import type { DailyBars as Bars } from '#components/charts/prepare-daily-bars.ts';
import { Panel } from '#components/ui/panel.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';

import { capitalise, DIMENSION_WORDS } from './dimension-words.ts';
import type { UsageFilters } from './use-usage-filters.ts';

const VIEW_SEGMENTS = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

/** Usage by day as stacked bars or as the same figures in a table. */
export function UsageDaysPanel({ filters, bars }: { filters: UsageFilters; bars: Bars }) {
  const { choices, set } = filters;
  const words = DIMENSION_WORDS[choices.by];
  const label = `${capitalise(choices.measure)} by day and ${words.one}`;
  const isTable = choices.view === 'table';
  const openDay =
    bars.days.length > 1
      ? (date: string) => filters.range.setToken(customRange(date, date))
      : undefined;
  return (
    <Panel
      title={label}
      sub={seriesCountWords(bars, words)}
      flush={isTable}
      actions={
        <SegmentedControl
          label="Shown as"
          value={choices.view}
          segments={VIEW_SEGMENTS}
          onChange={(view) => set({ view })}
        />
      }
    >
      {isTable ? (
        <DailyTable
          bars={bars}
          label={label}
          viewKey={`${filters.range.token} ${filters.range.zone} ${choices.by} ${choices.measure}`}
          sort={choices.days ?? { id: 'date', isDescending: true }}
          onSortChange={(days) => set({ days })}
          onOpenDay={openDay}
        />
      ) : (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
          <DailyBars bars={bars} label={label} onOpenDay={openDay} />
          <DailyLegend bars={bars} onPick={(name) => filters.setName(choices.by, name)} />
        </div>
      )}
    </Panel>
  );
}

function seriesCountWords({ series, groupCount }: Bars, words: { one: string; many: string }) {
  const named = series.filter((one) => !one.isRest).length;
  if (named < groupCount) return `top ${named} of ${groupCount} ${words.many}`;
  return `${groupCount} ${groupCount === 1 ? words.one : words.many}`;
}
