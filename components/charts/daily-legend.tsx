import { clsx } from 'clsx';

import { formatPercent } from '#components/format/number.ts';

import { Amount } from './amount.tsx';
import type { DailyBars, DailySeries } from './prepare-daily-bars.ts';

/** Every series by name with its total, in the order of the stack; a press keeps one alone. */
export function DailyLegend(props: {
  bars: DailyBars;
  /** Leave out where a series cannot be singled out. */
  onPick?: ((group: string) => void) | undefined;
}) {
  const { bars, onPick } = props;
  return (
    <ul aria-label="Series" className="flex flex-col text-table">
      {bars.series.map((series) => (
        <li key={series.id} className="border-b border-line last:border-b-0">
          <LegendLine series={series} bars={bars} onPick={onPick} />
        </li>
      ))}
    </ul>
  );
}

function LegendLine(props: {
  series: DailySeries;
  bars: DailyBars;
  onPick: ((group: string) => void) | undefined;
}) {
  const { series, bars, onPick } = props;
  const { group } = series;
  const line = (
    <>
      <span className={clsx('size-2.5 shrink-0 rounded-[2px]', series.colour.swatch)} aria-hidden />
      <span className={clsx('min-w-0 flex-1 truncate text-left', group === null && 'text-ink-2')}>
        {series.label}
      </span>
      <Amount value={series.total} measure={bars.measure} />
      <span className="w-12 text-right text-ink-3">{formatPercent(series.sharePercent)}</span>
    </>
  );
  const place = 'flex h-7 w-full items-center gap-2 px-1';
  if (group === null || onPick === undefined) return <div className={place}>{line}</div>;
  return (
    <button
      type="button"
      onClick={() => onPick(group)}
      className={clsx(place, 'touch-target rounded-sm transition-colors hover:bg-wash')}
    >
      <span className="sr-only">Only</span>
      {line}
    </button>
  );
}
