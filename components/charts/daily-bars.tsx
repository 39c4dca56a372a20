'use client';

import {
  Bar,
  BarChart,
  CartesianGrid,
  Rectangle,
  ReferenceArea,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type BarShapeProps,
} from 'recharts';

import { DailyBarsTip } from './daily-bars-tip.tsx';
import { formatMeasureExact, formatMeasureTick } from './measure.ts';
import type { DailyBar, DailyBars as Bars } from './prepare-daily-bars.ts';
import { formatDayTick } from './prepare-ticks.ts';

const AXIS_TEXT = { fill: 'var(--color-ink-3)', fontSize: 11 };
const VALUE_AXIS_PX = 52;
const MAX_BAR_PX = 44;
/** An edge would cover a thinner bar. */
const MIN_EDGED_PX = 6;
/** A still-filling bar is pale with a dotted edge. */
const FILLING_OPACITY = 0.4;

/** Stacked bars by day, drawn as prepared. Its table twin has the same numbers. */
export function DailyBars(props: {
  bars: Bars;
  /** What the chart shows, for screen readers: "Cost by day and model". */
  label: string;
  onOpenDay?: ((date: string) => void) | undefined;
}) {
  const { bars, onOpenDay } = props;
  const { days, series, measure, valueTicks, unrecorded } = bars;
  return (
    <figure
      className={onOpenDay === undefined ? 'h-72' : 'h-72 [&_.recharts-surface]:cursor-pointer'}
    >
      <figcaption className="sr-only">
        {`${props.label}: ${formatMeasureExact(bars.total, measure)} in ${days.length} days. The table has every figure.`}
      </figcaption>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart
          data={[...days]}
          margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
          barCategoryGap="12%"
          accessibilityLayer={false}
          onClick={({ activeLabel }) => {
            if (typeof activeLabel === 'string') onOpenDay?.(activeLabel);
          }}
        >
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis
            dataKey="date"
            ticks={[...bars.dayTicks]}
            tickFormatter={(date: string) => formatDayTick(date, days.length)}
            interval="equidistantPreserveStart"
            minTickGap={12}
            tick={AXIS_TEXT}
            tickLine={false}
            axisLine={{ stroke: 'var(--color-line-strong)' }}
          />
          <YAxis
            width={VALUE_AXIS_PX}
            domain={[0, valueTicks.at(-1) ?? 1]}
            ticks={[...valueTicks]}
            tickFormatter={(value: number) => formatMeasureTick(value, measure, valueTicks)}
            tick={AXIS_TEXT}
            tickLine={false}
            axisLine={false}
          />
          {unrecorded !== null && (
            <ReferenceArea
              x1={unrecorded.first}
              x2={unrecorded.last}
              fill="var(--color-wash)"
              fillOpacity={1}
              ifOverflow="hidden"
              label={{ value: 'not recorded', position: 'center', ...AXIS_TEXT }}
            />
          )}
          {series.map((one, place) => (
            <Bar
              key={one.id}
              dataKey={(day: DailyBar) => day.values[place] ?? null}
              name={one.label}
              stackId="day"
              fill={one.colour.css}
              maxBarSize={MAX_BAR_PX}
              isAnimationActive={false}
              shape={drawBar}
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--color-press)' }}
            content={<DailyBarsTip bars={bars} canOpen={onOpenDay !== undefined} />}
          />
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

function drawBar(props: BarShapeProps) {
  const { x, y, width, height, fill } = props;
  const day: unknown = props.payload;
  const isFilling = isDayOfKind(day, 'filling');
  return (
    <Rectangle
      x={x}
      y={y}
      width={width}
      height={height}
      fill={fill}
      fillOpacity={isFilling ? FILLING_OPACITY : 1}
      stroke={width < MIN_EDGED_PX ? 'none' : isFilling ? fill : 'var(--color-panel)'}
      strokeWidth={isFilling ? 1 : 0.5}
      {...(isFilling && { strokeDasharray: '2 2' })}
    />
  );
}

function isDayOfKind(day: unknown, kind: DailyBar['kind']): boolean {
  return typeof day === 'object' && day !== null && 'kind' in day && day.kind === kind;
}
