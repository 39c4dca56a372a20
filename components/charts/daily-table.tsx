'use client';

import { Unknown } from '#components/ui/figures.tsx';
import type { Column, Sort } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';

import { Amount } from './amount.tsx';
import type { Measure } from './measure.ts';
import type { DailyBar, DailyBars } from './prepare-daily-bars.ts';
import { formatDay } from './prepare-ticks.ts';

/** The chart's twin: the same figures by day and series, exact on hover. */
export function DailyTable(props: {
  bars: DailyBars;
  label: string;
  viewKey: string;
  sort: Sort | null;
  onSortChange: (sort: Sort | null) => void;
  onOpenDay?: ((date: string) => void) | undefined;
}) {
  const { onOpenDay } = props;
  return (
    <DataTable
      label={props.label}
      rows={props.bars.days}
      columns={columnsOf(props.bars)}
      getRowId={(day) => day.date}
      viewKey={props.viewKey}
      sort={props.sort}
      onSortChange={props.onSortChange}
      onOpenRow={onOpenDay === undefined ? undefined : (day) => onOpenDay(day.date)}
    />
  );
}

function columnsOf({ series, measure }: DailyBars): Column<DailyBar>[] {
  return [
    {
      id: 'date',
      header: 'Day',
      isTitle: true,
      minWidth: 150,
      sortBy: (day) => day.date,
      cell: dayCell,
    },
    {
      id: 'total',
      header: 'Total',
      unit: unitOf(measure),
      align: 'end',
      sortBy: (day) => day.total,
      cell: (day) =>
        day.total === null ? <Unknown /> : <Amount value={day.total} measure={measure} />,
    },
    ...series.map((one, place): Column<DailyBar> => ({
      id: one.id,
      header: one.label,
      align: 'end',
      minWidth: 110,
      sortBy: (day) => day.values[place] ?? null,
      cell: (day) =>
        day.kind === 'gap' ? (
          <Unknown />
        ) : (
          <Amount value={day.values[place] ?? null} measure={measure} />
        ),
    })),
    {
      id: 'unpriced',
      header: 'Unpriced',
      unit: 'tokens',
      align: 'end',
      sortBy: (day) => (day.total === null ? null : day.unpricedTokens),
      cell: (day) =>
        day.total === null ? <Unknown /> : <Amount value={day.unpricedTokens} measure="tokens" />,
    },
  ];
}

function dayCell(day: DailyBar) {
  return (
    <>
      {formatDay(day.date)}
      {day.kind === 'filling' && <span className="ml-1 font-normal text-ink-3">so far</span>}
      {day.kind === 'gap' && <span className="ml-1 font-normal text-ink-3">not recorded</span>}
    </>
  );
}

function unitOf(measure: Measure): string | undefined {
  return measure === 'cost' ? 'USD' : measure;
}
