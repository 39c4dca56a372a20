'use client';

import { clsx } from 'clsx';
import Link from 'next/link';

import { useHref } from '#components/api/use-href.ts';
import { formatCompact, formatExact } from '#components/format/number.ts';
import { ArcGauge } from '#components/gauge/arc-gauge.tsx';
import { shortenId } from '#components/ui/id.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';

import type { GasRow } from './prepare-gas.ts';

/** Pixels: the grid draws only the lines in view and must know their height beforehand. */
export const CARD_HEIGHT_PX = 206;
export const CARD_MIN_WIDTH_PX = 164;

/** One thread's budget. Exhausted stands out by fill, weight and word. */
export function GasCard({ row }: { row: GasRow }) {
  const hrefOf = useHref();
  const isExhausted = row.level === 'exhausted';
  return (
    <Link
      href={hrefOf(`/threads/${encodeURIComponent(row.id)}`)}
      prefetch={false}
      style={{ height: CARD_HEIGHT_PX - 12 }}
      className={clsx(
        'flex flex-col items-center overflow-hidden rounded-md border px-2 pt-2 pb-1.5 transition-colors focus-visible:-outline-offset-2',
        isExhausted
          ? 'border-2 border-error bg-panel'
          : 'border-line bg-panel hover:border-line-strong',
      )}
    >
      <ArcGauge
        label={`Budget of thread ${shortenId(row.id)}`}
        size="sm"
        used={row.used}
        limit={row.limit}
        timeToEmptyMs={row.timeToEmptyMs}
      />
      <span className="mono mt-1 max-w-full truncate text-table font-medium" data-tip={row.id}>
        {shortenId(row.id)}
      </span>
      <span
        className="max-w-full truncate text-micro text-ink-2"
        data-tip={row.ratePerMinute === null ? undefined : rateTip(row.ratePerMinute)}
      >
        {rateText(row)}
      </span>
      {!row.isRunning && <StateMark state={row.status} className="max-w-full text-micro" />}
      {row.isRunning && (
        <span
          className="max-w-full truncate text-micro text-ink-3"
          data-tip={row.participants.join('\n')}
        >
          {row.participants.join(', ')}
        </span>
      )}
    </Link>
  );
}

function rateText({ isRunning, ratePerMinute }: GasRow): string {
  if (!isRunning) return 'last reading';
  if (ratePerMinute === null) return 'no burn rate yet';
  return `${formatCompact(Math.round(ratePerMinute))} tok/min`;
}

function rateTip(ratePerMinute: number): string {
  return `${formatExact(Math.round(ratePerMinute))} tokens per minute over the last 5 min`;
}
