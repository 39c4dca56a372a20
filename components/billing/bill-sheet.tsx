'use client';

import { customRange } from '#components/api/range.ts';
import type { Bill } from '#components/api/use-bill.ts';
import { useHref } from '#components/api/use-href.ts';
import { useSession } from '#components/api/use-session.ts';
import { DailyLegend } from '#components/charts/daily-legend.tsx';
import { DailyBars } from '#components/charts/lazy-daily-bars.tsx';
import { type DailyBarsInput, prepareDailyBars } from '#components/charts/prepare-daily-bars.ts';
import { formatDay } from '#components/charts/prepare-ticks.ts';
import { Panel } from '#components/ui/panel.tsx';
import { nameWords } from '#components/usage/dimension-words.ts';

import { BillTable } from './bill-table.tsx';
import { BillProof, BillTotals } from './bill-totals.tsx';
import { prepareBill } from './prepare-bill.ts';
import type { BillingFilters } from './use-billing-filters.ts';

/** What a bill calls usage that names no agent: no filter can ask for it. */
const NAMELESS = 'unknown';

/** A bill cut in several ways, each adding up to the same total. */
export function BillSheet(props: {
  filters: BillingFilters;
  bill: Bill;
  days: Pick<DailyBarsInput, 'range' | 'zone' | 'today' | 'coveredFrom'>;
}) {
  const { choices, set, range } = props.filters;
  const session = useSession();
  const href = useHref();
  const bill = prepareBill(props.bill);
  const bars = prepareDailyBars({
    ...props.days,
    points: props.bill.days.days,
    measure: 'cost',
    namelessLabel: 'no model',
  });
  const viewKey = `${range.token} ${range.zone} ${choices.org}`;
  const usageHref = (params: Record<string, string>) =>
    href(
      `/usage?${new URLSearchParams({
        range: range.token,
        ...(choices.org !== null && { org: choices.org }),
        ...params,
      })}`,
    );
  return (
    <>
      <BillTotals bill={bill} priceVersion={session.data?.priceVersion} />
      <BillProof bill={bill} />
      <Panel title="Cost by day and model" sub={range.zone}>
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
          <DailyBars bars={bars} label="Cost by day and model" />
          <DailyLegend bars={bars} />
        </div>
      </Panel>
      {bill.byBilling !== null && (
        <BillTable
          title="By who pays"
          nameHeader="Billing"
          part={bill.byBilling}
          nameOf={(line) => nameWords('billing', line.name)}
          viewKey={viewKey}
          sort={choices.payers}
          onSortChange={(payers) => set({ payers })}
          hrefOf={(line) => usageHref({ billing: line.name })}
        />
      )}
      <BillTable
        title="By model"
        nameHeader="Model"
        part={bill.byModel}
        viewKey={viewKey}
        sort={choices.models}
        onSortChange={(models) => set({ models })}
        hrefOf={(line) => usageHref({ model: line.name })}
      />
      <BillTable
        title="By agent"
        nameHeader="Agent"
        part={bill.byAgent}
        viewKey={viewKey}
        sort={choices.agents}
        onSortChange={(agents) => set({ agents })}
        hrefOf={(line) =>
          usageHref({ by: 'agent', ...(line.name !== NAMELESS && { agent: line.name }) })
        }
      />
      <BillTable
        title="By day"
        nameHeader="Day"
        part={bill.byDay}
        nameOf={(line) => formatDay(line.name)}
        viewKey={viewKey}
        sort={choices.days}
        onSortChange={(days) => set({ days })}
        hrefOf={(line) => usageHref({ range: customRange(line.name, line.name) })}
      />
    </>
  );
}
