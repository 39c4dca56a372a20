'use client';

import { clsx } from 'clsx';
import { useId } from 'react';

import { GAUGE_TICKS, readGauge, type GaugeProps, type GaugeReading } from './gauge-reading.ts';
import { HatchPattern } from './hatch-pattern.tsx';
import { LEVEL_COLOURS } from './level-colour.ts';
import { Meter } from './meter.tsx';

const HEIGHT = 12;
const TOP = 2;
const THICKNESS = 8;

/** The budget gauge for tables: a bar with the arc's marks and its figure beside it. */
export function BarGauge(
  props: GaugeProps & {
    /** The figure at the right end; leave out where a column holds it. */
    isFigureHidden?: boolean | undefined;
    className?: string | undefined;
  },
) {
  const reading = readGauge(props);
  return (
    <Meter
      label={props.label}
      percent={reading.percent}
      spoken={reading.spoken}
      tip={reading.tip}
      className={clsx('flex min-w-0 items-center gap-2', props.className ?? 'w-full')}
    >
      <Bar reading={reading} />
      {props.isFigureHidden !== true && (
        <span
          aria-hidden
          className={clsx('w-14 shrink-0 text-right text-table', LEVEL_COLOURS[reading.level].text)}
        >
          {reading.percentText}
        </span>
      )}
    </Meter>
  );
}

function Bar({ reading }: { reading: GaugeReading }) {
  const hatch = useId();
  const { usedShare, reservedShare, projectedShare } = reading;
  const y = TOP;
  const height = THICKNESS;
  const isExhausted = reading.level === 'exhausted';
  return (
    <svg
      width="100%"
      height={HEIGHT}
      aria-hidden
      className={clsx('min-w-12 flex-1', LEVEL_COLOURS[reading.level].fill)}
    >
      <HatchPattern id={hatch} />
      {reading.level === 'unlimited' ? (
        <line x1="0" x2="100%" y1="6" y2="6" className="stroke-line-strong" strokeDasharray="3 3" />
      ) : (
        <rect {...{ y, height }} width="100%" className="fill-track" />
      )}
      <rect
        y={isExhausted ? 0 : y}
        height={isExhausted ? HEIGHT : height}
        width={`${usedShare}%`}
        className="fill-current"
      />
      <rect
        {...{ y, height }}
        x={`${usedShare}%`}
        width={`${reservedShare}%`}
        fill={`url(#${hatch})`}
      />
      {projectedShare > 0 && (
        <rect
          y={y + 0.5}
          height={height - 1}
          x={`${usedShare + reservedShare}%`}
          width={`${projectedShare}%`}
          className="fill-none stroke-current"
          strokeDasharray="3 2"
        />
      )}
      {reading.level !== 'unlimited' &&
        !isExhausted &&
        GAUGE_TICKS.map((tick) => (
          <line
            key={tick}
            x1={`${tick}%`}
            x2={`${tick}%`}
            y1={TOP}
            y2={TOP + THICKNESS}
            className="stroke-panel"
            strokeWidth="1.5"
          />
        ))}
    </svg>
  );
}
