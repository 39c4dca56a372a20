'use client';

import { USAGE_DIMENSIONS } from '#components/api/use-usage.ts';
import { MEASURES } from '#components/charts/measure.ts';
import { rangeChoices } from '#components/range/prepare-range.ts';
import { RangePicker } from '#components/range/range-picker.tsx';
import { Button } from '#components/ui/button.tsx';
import { SegmentedControl } from '#components/ui/segmented-control.tsx';
import { Select } from '#components/ui/select.tsx';

import { capitalise } from './dimension-words.ts';
import { NameSelect } from './name-select.tsx';
import type { UsageFilters } from './use-usage-filters.ts';

const RANGES = rangeChoices(['7d', '30d', '90d', '365d', 'month', 'last-month']);
const MEASURE_SEGMENTS = MEASURES.map((value) => ({ value, label: capitalise(value) }));
const DIMENSION_OPTIONS = USAGE_DIMENSIONS.map((value) => ({ value, label: value }));

export function UsageToolbar({ filters }: { filters: UsageFilters }) {
  const { choices, set, names } = filters;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <RangePicker label="Range" filter={filters.range} choices={RANGES} />
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          <SegmentedControl
            label="Measure"
            value={choices.measure}
            segments={MEASURE_SEGMENTS}
            onChange={(measure) => set({ measure })}
          />
          <Select
            label="by"
            isLabelVisible
            value={choices.by}
            options={DIMENSION_OPTIONS}
            onChange={(by) => set({ by })}
          />
        </div>
      </div>
      {/* On a phone they pass under the finger in one line: four lines would push the figures away. */}
      <div className="-mx-3 flex items-center gap-2 overflow-x-auto px-3 [scrollbar-width:none] *:shrink-0 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
        {USAGE_DIMENSIONS.map((dimension) => (
          <NameSelect
            key={dimension}
            dimension={dimension}
            value={names[dimension]}
            onChange={(name) => filters.setName(dimension, name)}
          />
        ))}
        {filters.isNarrowed && (
          <Button variant="ghost" size="sm" onClick={filters.clearNames}>
            Clear filters
          </Button>
        )}
      </div>
    </div>
  );
}
