import { Money } from '#components/ui/figures.tsx';

import { formatMeasure, formatMeasureExact, type Measure } from './measure.ts';

/** A figure of the chart's measure, exact on hover; null is usage without any price. */
export function Amount({ value, measure }: { value: number | null; measure: Measure }) {
  if (value === null) return <Money nanos={null} />;
  return (
    <data value={value} data-tip={formatMeasureExact(value, measure)}>
      {formatMeasure(value, measure)}
    </data>
  );
}
