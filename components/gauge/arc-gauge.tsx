'use client';

import { clsx } from 'clsx';
import { useId } from 'react';

import { annularSector, pointOn } from './arc-path.ts';
import { GAUGE_TICKS, readGauge, type GaugeProps, type GaugeReading } from './gauge-reading.ts';
import { HatchPattern } from './hatch-pattern.tsx';
import { LEVEL_COLOURS } from './level-colour.ts';
import { Meter } from './meter.tsx';

const OUTER = 50;
const INNER = 40;
/** What fits into the ring at full size, and at a smaller one. */
const AMOUNT_SIZES = [
  { maxChars: 11, fontSize: 10 },
  { maxChars: 14, fontSize: 8.75 },
] as const;
const SMALLEST_AMOUNT = 7.5;
const SIZES = { sm: 'w-32', md: 'w-36', lg: 'w-48' } as const;

/** Tokens spent against a budget on a 270° arc. A context window never looks like this. */
export function ArcGauge(props: GaugeProps & { size?: keyof typeof SIZES | undefined }) {
  const reading = readGauge(props);
  const isExhausted = reading.level === 'exhausted';
  return (
    <Meter
      label={props.label}
      percent={reading.percent}
      spoken={reading.spoken}
      tip={reading.tip}
      className="flex max-w-full flex-col items-center"
    >
      <svg
        viewBox="-60 -60 120 104"
        className={clsx('max-w-full', SIZES[props.size ?? 'md'], LEVEL_COLOURS[reading.level].fill)}
        aria-hidden
      >
        <Ring reading={reading} />
        {isExhausted && <circle r={INNER - 4} className="fill-current" />}
        <Middle reading={reading} />
        <LevelWord reading={reading} />
      </svg>
      <span
        aria-hidden
        className={clsx(
          '-mt-1 max-w-full truncate text-table',
          isExhausted ? 'font-semibold text-error' : 'text-ink-2',
        )}
      >
        {reading.emptyText}
      </span>
    </Meter>
  );
}

function Ring({ reading }: { reading: GaugeReading }) {
  const hatch = useId();
  const { usedShare, reservedShare, projectedShare } = reading;
  const reservedEnd = usedShare + reservedShare;
  const isUnlimited = reading.level === 'unlimited';
  return (
    <>
      <HatchPattern id={hatch} />
      <path
        d={annularSector(INNER, OUTER, 0, 100)}
        className={isUnlimited ? 'fill-none stroke-line-strong' : 'fill-track'}
        strokeDasharray={isUnlimited ? '3 3' : undefined}
      />
      {usedShare > 0 && (
        <path d={annularSector(INNER, OUTER, 0, usedShare)} className="fill-current" />
      )}
      {reservedShare > 0 && (
        <path d={annularSector(INNER, OUTER, usedShare, reservedEnd)} fill={`url(#${hatch})`} />
      )}
      {projectedShare > 0 && (
        <path
          d={annularSector(INNER + 0.75, OUTER - 0.75, reservedEnd, reservedEnd + projectedShare)}
          className="fill-none stroke-current"
          strokeWidth="1.5"
          strokeDasharray="3 2"
        />
      )}
      {!isUnlimited &&
        GAUGE_TICKS.map((tick) => <Tick key={tick} at={tick} isPassed={reading.percent >= tick} />)}
    </>
  );
}

/** Outside the ring, and a notch through it, so that a mark is seen on used and unused alike. */
function Tick(props: { at: number; isPassed: boolean }) {
  const [x1, y1] = pointOn(OUTER + 2, props.at);
  const [x2, y2] = pointOn(OUTER + 6, props.at);
  const [x3, y3] = pointOn(INNER, props.at);
  const [x4, y4] = pointOn(OUTER, props.at);
  return (
    <>
      <line {...{ x1: x3, y1: y3, x2: x4, y2: y4 }} className="stroke-panel" strokeWidth="1" />
      <line
        {...{ x1, y1, x2, y2 }}
        className={props.isPassed ? 'stroke-current' : 'stroke-line-strong'}
        strokeWidth="1.5"
      />
    </>
  );
}

/** The threshold's name in the opening of the arc. */
function LevelWord({ reading }: { reading: GaugeReading }) {
  if (reading.level === 'exhausted' || reading.level === 'unlimited') return null;
  return (
    <text
      y="37"
      fontSize="9.5"
      fontWeight="600"
      textAnchor="middle"
      className={clsx('fill-current', LEVEL_COLOURS[reading.level].text)}
    >
      {reading.word}
    </text>
  );
}

function Middle({ reading }: { reading: GaugeReading }) {
  const isExhausted = reading.level === 'exhausted';
  const [figure, unit = ''] = reading.percentText.split('\u202f');
  return (
    <g textAnchor="middle" className={isExhausted ? 'fill-panel' : 'fill-ink'}>
      <text y="4" fontSize="22" fontWeight="600" letterSpacing="-0.5">
        {figure}
        <tspan fontSize="11" fontWeight="500" dx="1">
          {unit}
        </tspan>
      </text>
      <text
        y="19"
        fontSize={amountSize(reading.amountText)}
        className={isExhausted ? undefined : 'fill-ink-3'}
      >
        {reading.amountText}
      </text>
    </g>
  );
}

function amountSize(text: string): number {
  return AMOUNT_SIZES.find(({ maxChars }) => text.length <= maxChars)?.fontSize ?? SMALLEST_AMOUNT;
}
