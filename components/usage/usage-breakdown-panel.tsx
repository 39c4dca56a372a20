'use client';

import { useUsageBreakdown } from '#components/api/use-usage.ts';
import type { DailySeries } from '#components/charts/prepare-daily-bars.ts';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { FailedState } from '#components/ui/surface-states.tsx';

import { BreakdownTable } from './breakdown-table.tsx';
import { capitalise, DIMENSION_WORDS } from './dimension-words.ts';
import { prepareBreakdown } from './prepare-breakdown.ts';
import type { UsageFilters } from './use-usage-filters.ts';

export function UsageBreakdownPanel(props: {
  filters: UsageFilters;
  series: readonly DailySeries[];
}) {
  const { filters, series } = props;
  const { choices, names, range } = filters;
  const words = DIMENSION_WORDS[choices.by];
  const breakdown = useUsageBreakdown({ groupBy: [choices.by], range: range.range, ...names });
  return (
    <Panel title={`By ${words.one}`} sub="of the whole range" flush>
      {breakdown.data === undefined ? (
        breakdown.error === null ? (
          <SkeletonRows rows={6} label={`Loading usage by ${words.one}`} />
        ) : (
          <FailedState
            isCompact
            what={`Usage by ${words.one} could not be loaded`}
            why={breakdown.error.detail}
            onRetry={() => void breakdown.refetch()}
            isRetrying={breakdown.isFetching}
          />
        )
      ) : (
        <BreakdownTable
          label={`Usage by ${words.one}`}
          nameHeader={capitalise(words.one)}
          rows={prepareBreakdown(breakdown.data, series, choices.by)}
          viewKey={`${range.token} ${range.zone} ${choices.by} ${Object.values(names).join(' ')}`}
          sort={choices.sort ?? { id: 'cost', isDescending: true }}
          onSortChange={(sort) => filters.set({ sort })}
          onPick={(name) => filters.setName(choices.by, name)}
        />
      )}
    </Panel>
  );
}
