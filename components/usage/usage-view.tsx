'use client';

import { useDailyUsage, useFirstUsageDay } from '#components/api/use-usage.ts';
import { useDailyBarsSoon } from '#components/charts/lazy-daily-bars.tsx';
import { prepareDailyBars } from '#components/charts/prepare-daily-bars.ts';
import { formatMinute } from '#components/format/time.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { EmptyState, FailedState, FilteredEmptyState } from '#components/ui/surface-states.tsx';

import { DIMENSION_WORDS, nameWords } from './dimension-words.ts';
import { UsageBreakdownPanel } from './usage-breakdown-panel.tsx';
import { UsageDaysPanel } from './usage-days-panel.tsx';
import { UsageExport } from './usage-export.tsx';
import { UsageSkeleton } from './usage-skeleton.tsx';
import { UsageToolbar } from './usage-toolbar.tsx';
import { UsageTotalsRow } from './usage-totals-row.tsx';
import { sumUsage } from './usage-totals.ts';
import { DEFAULT_RANGE, type UsageFilters, useUsageFilters } from './use-usage-filters.ts';

export function UsageView() {
  useDailyBarsSoon();
  const filters = useUsageFilters();
  return (
    <Page>
      <PageHeader title="Usage" actions={<UsageExport filters={filters} />} />
      <UsageToolbar filters={filters} />
      <UsageBody filters={filters} />
    </Page>
  );
}

function UsageBody({ filters }: { filters: UsageFilters }) {
  const { choices, names } = filters;
  const { range, zone } = filters.range;
  const daily = useDailyUsage({ range, zone, groupBy: choices.by, ...names });
  const coveredFrom = useFirstUsageDay(zone);
  const now = useServerNow();
  if (daily.error !== null && daily.data === undefined) {
    return (
      <FailedState
        what="Usage could not be loaded"
        why={daily.error.detail}
        onRetry={() => void daily.refetch()}
        isRetrying={daily.isFetching}
      />
    );
  }
  if (
    daily.data === undefined ||
    coveredFrom === undefined ||
    range === null ||
    zone === null ||
    now === null
  ) {
    return <UsageSkeleton />;
  }
  if (coveredFrom === null) {
    return (
      <EmptyState title="No usage yet">
        <p>Tokens and cost appear here after the first model call. To see a page full of them:</p>
        <CopyCommand command="npm run demo" />
      </EmptyState>
    );
  }
  const { days: points } = daily.data;
  const today = formatMinute(now, zone).slice(0, 'YYYY-MM-DD'.length);
  if (points.length === 0) {
    return (
      <FilteredEmptyState
        what="model calls"
        onClear={() => {
          filters.clearNames();
          filters.range.setToken(DEFAULT_RANGE);
        }}
      />
    );
  }
  const bars = prepareDailyBars({
    points,
    measure: choices.measure,
    range,
    zone,
    today,
    coveredFrom,
    namelessLabel: DIMENSION_WORDS[choices.by].none,
    labelOf: (name) => nameWords(choices.by, name),
  });
  return (
    <div
      className={`flex flex-col gap-4 transition-opacity ${daily.isPlaceholderData ? 'opacity-60' : ''}`}
      aria-busy={daily.isPlaceholderData}
    >
      <UsageTotalsRow totals={sumUsage(points)} />
      <UsageDaysPanel filters={filters} bars={bars} />
      <UsageBreakdownPanel filters={filters} series={bars.series} />
    </div>
  );
}
