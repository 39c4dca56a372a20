'use client';

import { clsx } from 'clsx';

import { formatCount, formatExact } from '#components/format/number.ts';
import { Money, Num, Percent } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import type { Column, Sort } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { CoveredCost } from '#components/usage/covered-cost.tsx';
import { hasCovered } from '#components/usage/usage-totals.ts';
import { formatUsd } from '#organism/money.ts';

import type { BillLine, BillPart } from './prepare-bill.ts';

/** The lines of one part of a bill and, below them, their sum. */
export function BillTable(props: {
  title: string;
  /** What a line is: "Model". */
  nameHeader: string;
  part: BillPart;
  nameOf?: ((line: BillLine) => string) | undefined;
  hrefOf?: ((line: BillLine) => string) | undefined;
  viewKey: string;
  sort: Sort;
  onSortChange: (sort: Sort | null) => void;
}) {
  const { part, nameOf } = props;
  const name: Column<BillLine> = {
    id: 'name',
    header: props.nameHeader,
    isTitle: true,
    minWidth: 160,
    sortBy: (line) => line.name,
    cell: (line) => nameOf?.(line) ?? line.name,
  };
  return (
    <Panel title={props.title} flush>
      <DataTable
        label={props.title}
        rows={part.lines}
        columns={[name, ...columnsFor(part)]}
        getRowId={(line) => line.id}
        viewKey={props.viewKey}
        sort={props.sort}
        onSortChange={props.onSortChange}
        hrefOf={props.hrefOf}
      />
      <SumLine part={part} />
    </Panel>
  );
}

/** What is covered has a column only where anything is. */
function columnsFor({ total }: BillPart): readonly Column<BillLine>[] {
  if (!hasCovered(total)) return COLUMNS;
  return COLUMNS.flatMap((column) => (column.id === 'share' ? [column, COVERED] : [column]));
}

const COVERED: Column<BillLine> = {
  id: 'covered',
  header: 'Not charged',
  unit: 'USD',
  align: 'end',
  width: 140,
  sortBy: (line) => line.coveredNanos,
  cell: (line) => <CoveredCost nanos={line.coveredNanos} unlisted={line.coveredUnlisted} />,
};

function SumLine({ part }: { part: BillPart }) {
  const { total, lines } = part;
  return (
    <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-t border-line-strong px-3 py-2 text-table">
      <span className="mr-auto text-ink-2">{`Sum of ${formatCount(lines.length, 'line')}`}</span>
      <span>
        <Num value={total.requests} exact /> <span className="text-ink-3">requests</span>
      </span>
      <span>
        <Num value={total.tokens} exact /> <span className="text-ink-3">tokens</span>
      </span>
      {hasCovered(total) && (
        <span>
          {`${formatUsd(total.coveredNanos)} USD`} <span className="text-ink-3">not charged</span>
        </span>
      )}
      <span className="font-medium">{`${formatUsd(total.costNanos)} USD`}</span>
    </p>
  );
}

const COLUMNS: readonly Column<BillLine>[] = [
  {
    id: 'cost',
    header: 'Cost',
    unit: 'USD',
    align: 'end',
    width: 104,
    sortBy: (line) => line.costNanos,
    cell: (line) => <Money nanos={isUnpricedLine(line) ? null : line.costNanos} />,
  },
  {
    id: 'share',
    header: 'Of bill',
    align: 'end',
    width: 84,
    sortBy: (line) => line.sharePercent,
    cell: (line) => <Percent value={line.sharePercent} />,
  },
  {
    id: 'computed',
    header: 'Computed',
    unit: 'USD',
    align: 'end',
    width: 132,
    sortBy: (line) => line.computedNanos,
    cell: (line) => <Money nanos={isUnpricedLine(line) ? null : line.computedNanos} />,
  },
  {
    id: 'reported',
    header: 'Reported',
    unit: 'USD',
    align: 'end',
    width: 132,
    sortBy: (line) => line.reportedNanos,
    cell: (line) => <Money nanos={isUnpricedLine(line) ? null : line.reportedNanos} />,
  },
  {
    id: 'tokens',
    header: 'Tokens',
    align: 'end',
    width: 84,
    sortBy: (line) => line.tokens,
    cell: (line) => (
      <Num
        value={line.tokens}
        unit={`tokens: ${formatExact(line.promptTokens)} in, ${formatExact(line.completionTokens)} out`}
      />
    ),
  },
  {
    id: 'requests',
    header: 'Requests',
    align: 'end',
    width: 96,
    sortBy: (line) => line.requests,
    cell: (line) => <Num value={line.requests} unit="requests" />,
  },
  {
    id: 'unpriced',
    header: 'Unpriced',
    unit: 'tok',
    align: 'end',
    width: 132,
    sortBy: (line) => line.unpricedTokens,
    cell: (line) => (
      <span className={clsx(line.unpricedTokens > 0 && 'text-waiting')}>
        <Num
          value={line.unpricedTokens}
          unit={`tokens in ${formatExact(line.unpricedRequests)} requests without a price`}
        />
      </span>
    ),
  },
];

function isUnpricedLine(line: BillLine): boolean {
  return line.requests > 0 && line.unpricedRequests === line.requests;
}
