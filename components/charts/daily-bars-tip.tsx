import { clsx } from 'clsx';

import { formatExact } from '#components/format/number.ts';

import { formatMeasureExact } from './measure.ts';
import type { DailyBars } from './prepare-daily-bars.ts';
import { formatDay } from './prepare-ticks.ts';

/** What one day's bar is made of, every figure exact. */
export function DailyBarsTip(props: {
  bars: DailyBars;
  canOpen: boolean;
  /** The hovered day, given by the chart. */
  label?: string | number | undefined;
}) {
  const { bars } = props;
  const day = bars.days.find(({ date }) => date === props.label);
  if (day === undefined) return null;
  const parts = bars.series
    .map((series, place) => ({ series, value: day.values[place] ?? 0 }))
    .filter((part) => part.value > 0)
    .reverse();
  return (
    <div className="max-w-80 rounded-md border border-line-strong bg-panel p-2 text-table">
      <p className="flex justify-between gap-6 font-medium">
        <span>
          {formatDay(day.date)}
          {day.kind === 'filling' && <span className="ml-1 font-normal text-ink-2">so far</span>}
        </span>
        {day.total !== null && <span>{formatMeasureExact(day.total, bars.measure)}</span>}
      </p>
      {day.total === null && <p className="text-ink-2">Not recorded: a gap, not zero.</p>}
      {day.total === 0 && <p className="text-ink-2">No usage.</p>}
      {parts.map(({ series, value }) => (
        <p key={series.id} className="flex items-center gap-1.5">
          <span className={clsx('size-2 shrink-0 rounded-[2px]', series.colour.swatch)} />
          <span className="min-w-0 flex-1 truncate text-ink-2">{series.label}</span>
          <span className="pl-4">{formatMeasureExact(value, bars.measure)}</span>
        </p>
      ))}
      {day.unpricedRequests > 0 && (
        <p className="mt-1 text-ink-2">
          {`Without a price: ${formatExact(day.unpricedTokens)} tokens in ${formatExact(day.unpricedRequests)} requests`}
        </p>
      )}
      {props.canOpen && day.total !== null && (
        <p className="mt-1 text-ink-3">Press to see this day alone</p>
      )}
    </div>
  );
}
