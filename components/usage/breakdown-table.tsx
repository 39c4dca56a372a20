'use client';

import { clsx } from 'clsx';

import { formatExact } from '#components/format/number.ts';
import { Money, Num } from '#components/ui/figures.tsx';
import type { Column, Sort } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { Duration } from '#components/ui/time.tsx';

import { CoveredCost } from './covered-cost.tsx';
import type { BreakdownRow } from './prepare-breakdown.ts';
import { knownCost } from './usage-totals.ts';

/** Spend and tokens of a range by one dimension; opening a row narrows the page to it. */
export function BreakdownTable(props: {
  label: string;
  /** What a row is: "Model". */
  nameHeader: string;
  rows: readonly BreakdownRow[];
  viewKey: string;
  sort: Sort | null;
  onSortChange: (sort: Sort | null) => void;
  onPick: (group: string) => void;
}) {
  return (
    <DataTable
      label={props.label}
      rows={props.rows}
      columns={[nameColumn(props.nameHeader), ...columnsFor(props.rows)]}
      getRowId={(row) => row.id}
      viewKey={props.viewKey}
      sort={props.sort}
      onSortChange={props.onSortChange}
      onOpenRow={(row) => {
        if (row.group !== null) props.onPick(row.group);
      }}
      isPrimary
    />
  );
}

/** What is covered has a column only where anything is. */
function columnsFor(rows: readonly BreakdownRow[]): readonly Column<BreakdownRow>[] {
  const isCovered = rows.some(({ sum }) => sum.coveredCostNanos > 0 || sum.coveredUnlisted > 0);
  if (!isCovered) return COLUMNS;
  return COLUMNS.flatMap((column) => (column.id === 'cost' ? [column, COVERED] : [column]));
}

const COVERED: Column<BreakdownRow> = {
  id: 'covered',
  header: 'Not charged',
  unit: 'USD',
  align: 'end',
  width: 144,
  sortBy: (row) => row.sum.coveredCostNanos,
  cell: ({ sum }) => <CoveredCost nanos={sum.coveredCostNanos} unlisted={sum.coveredUnlisted} />,
};

function nameColumn(header: string): Column<BreakdownRow> {
  return {
    id: 'name',
    header,
    isTitle: true,
    minWidth: 176,
    sortBy: (row) => row.label,
    cell: (row) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <span className={clsx('size-2.5 shrink-0 rounded-[2px]', row.colour.swatch)} aria-hidden />
        <span className={clsx('truncate', row.group === null && 'text-ink-2')}>{row.label}</span>
      </span>
    ),
  };
}

const COLUMNS: readonly Column<BreakdownRow>[] = [
  {
    id: 'cost',
    header: 'Cost',
    unit: 'USD',
    align: 'end',
    width: 96,
    sortBy: (row) => row.sum.costNanos,
    cell: ({ sum }) => <Money nanos={knownCost(sum)} />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    align: 'end',
    width: 82,
    sortBy: (row) => row.totalTokens,
    cell: (row) => <Num value={row.totalTokens} unit="tokens" />,
  },
  {
    id: 'input',
    header: 'Input',
    unit: 'tok',
    align: 'end',
    width: 92,
    sortBy: (row) => row.sum.tokens.inputFresh,
    cell: (row) => <Num value={row.sum.tokens.inputFresh} unit="tokens, not from a cache" />,
  },
  {
    id: 'cache',
    header: 'Cache',
    unit: 'tok',
    align: 'end',
    width: 102,
    sortBy: (row) => cachedTokens(row),
    cell: (row) => (
      <span
        data-tip={`${formatExact(row.sum.tokens.cacheRead)} read\n${formatExact(row.sum.tokens.cacheWrite)} written`}
      >
        <Num value={cachedTokens(row)} />
      </span>
    ),
  },
  {
    id: 'output',
    header: 'Output',
    unit: 'tok',
    align: 'end',
    width: 102,
    sortBy: (row) => row.sum.tokens.outputVisible,
    cell: (row) => <Num value={row.sum.tokens.outputVisible} unit="tokens" />,
  },
  {
    id: 'reasoning',
    header: 'Reasoning',
    unit: 'tok',
    align: 'end',
    width: 122,
    sortBy: (row) => row.sum.tokens.reasoning,
    cell: (row) => <Num value={row.sum.tokens.reasoning} unit="tokens" />,
  },
  {
    id: 'requests',
    header: 'Requests',
    align: 'end',
    width: 96,
    sortBy: (row) => row.sum.requests,
    cell: (row) => <Num value={row.sum.requests} unit="requests" />,
  },
  {
    id: 'latency',
    header: 'Latency',
    align: 'end',
    width: 92,
    sortBy: (row) => row.averageLatencyMs,
    cell: (row) => <Duration durationMs={row.averageLatencyMs} />,
  },
  {
    id: 'unpriced',
    header: 'Unpriced',
    unit: 'tok',
    align: 'end',
    width: 118,
    sortBy: (row) => row.sum.unpricedTokens,
    cell: ({ sum }) => (
      <span className={clsx(sum.unpricedTokens > 0 && 'text-waiting')}>
        <Num
          value={sum.unpricedTokens}
          unit={`tokens in ${formatExact(sum.unpricedRequests)} requests without a price`}
        />
      </span>
    ),
  },
];

function cachedTokens({ sum }: BreakdownRow): number {
  return sum.tokens.cacheRead + sum.tokens.cacheWrite;
}
