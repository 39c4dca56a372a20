'use client';

import { useBill } from '#components/api/use-bill.ts';
import { useFirstUsageDay } from '#components/api/use-usage.ts';
import { useDailyBarsSoon } from '#components/charts/lazy-daily-bars.tsx';
import { formatMinute } from '#components/format/time.ts';
import { useServerNow } from '#components/live/use-live.ts';
import { monthChoices, rangeChoices } from '#components/range/prepare-range.ts';
import { RangePicker } from '#components/range/range-picker.tsx';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { EmptyState, FailedState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import { NameSelect } from '#components/usage/name-select.tsx';
import { UsageSkeleton } from '#components/usage/usage-skeleton.tsx';

import { BillSheet } from './bill-sheet.tsx';
import { BillingExport } from './billing-export.tsx';
import { type BillingFilters, useBillingFilters } from './use-billing-filters.ts';

const RANGES = rangeChoices(['month', 'last-month']);

export function BillingView() {
  useDailyBarsSoon();
  const filters = useBillingFilters();
  const { zone } = filters.range;
  const now = useServerNow();
  const coveredFrom = useFirstUsageDay(zone);
  const today =
    now === null || zone === null ? null : formatMinute(now, zone).slice(0, 'YYYY-MM-DD'.length);
  const months = today === null ? [] : monthChoices(today, coveredFrom ?? null);
  return (
    <Page>
      <PageHeader title="Billing" actions={<BillingExport filters={filters} />} />
      <div className="flex flex-wrap items-center gap-2">
        <RangePicker label="Period" filter={filters.range} choices={[...RANGES, ...months]} />
        <NameSelect
          dimension="org"
          value={filters.choices.org}
          onChange={(org) => filters.set({ org })}
        />
      </div>
      <BillingBody filters={filters} today={today} coveredFrom={coveredFrom} />
    </Page>
  );
}

function BillingBody(props: {
  filters: BillingFilters;
  today: string | null;
  coveredFrom: string | null | undefined;
}) {
  const { filters, today, coveredFrom } = props;
  const { range, zone } = filters.range;
  const { org } = filters.choices;
  const bill = useBill({ range, zone, org });
  if (bill.error !== null && bill.data === undefined) {
    return (
      <FailedState
        what="The bill could not be loaded"
        why={bill.error.detail}
        onRetry={() => void bill.refetch()}
        isRetrying={bill.isFetching}
      />
    );
  }
  if (
    bill.data === undefined ||
    coveredFrom === undefined ||
    range === null ||
    zone === null ||
    today === null
  ) {
    return <UsageSkeleton />;
  }
  if (coveredFrom === null) {
    return (
      <EmptyState title="Nothing to bill yet">
        <p>The first model call opens the bill. To see one with two months of calls:</p>
        <CopyCommand command="npm run demo" />
      </EmptyState>
    );
  }
  if (bill.data.summary.requestCount === 0) {
    return (
      <FilteredEmptyState
        what="model calls"
        onClear={() => {
          filters.set({ org: null });
          filters.range.setToken('month');
        }}
      />
    );
  }
  return (
    <div
      className={`flex flex-col gap-4 transition-opacity ${bill.isPlaceholderData ? 'opacity-60' : ''}`}
      aria-busy={bill.isPlaceholderData}
    >
      <BillSheet filters={filters} bill={bill.data} days={{ range, zone, today, coveredFrom }} />
    </div>
  );
}
