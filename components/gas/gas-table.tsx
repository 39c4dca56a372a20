'use client';

import { useHref } from '#components/api/use-href.ts';
import { formatEstimate } from '#components/format/time.ts';
import { BarGauge } from '#components/gauge/bar-gauge.tsx';
import { Num, Unknown } from '#components/ui/figures.tsx';
import { Id, shortenId } from '#components/ui/id.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateMark } from '#components/ui/state-mark.tsx';
import type { Column } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { TimeAgo } from '#components/ui/time.tsx';

import { type GasRow, LEVEL_LABELS } from './prepare-gas.ts';
import type { GasParams } from './use-gas-params.ts';

/** The gauges as rows, for exact figures and for those who read tables better. */
export function GasTable(props: { rows: readonly GasRow[]; params: GasParams }) {
  const { rows, params } = props;
  const hrefOf = useHref();
  return (
    <Panel flush>
      <DataTable
        label="Thread budgets"
        isPrimary
        rows={rows}
        columns={COLUMNS}
        getRowId={getRowId}
        viewKey={`${params.level} ${params.scope}`}
        sort={params.sort}
        onSortChange={params.setSort}
        hrefOf={(row) => hrefOf(`/threads/${encodeURIComponent(row.id)}`)}
      />
    </Panel>
  );
}

const COLUMNS: readonly Column<GasRow>[] = [
  {
    id: 'id',
    header: 'Thread',
    isTitle: true,
    width: 148,
    cell: (row) => <Id id={row.id} what="thread id" canCopy={false} />,
  },
  {
    id: 'status',
    header: 'Status',
    width: 116,
    cell: (row) => <StateMark state={row.level === 'exhausted' ? 'exhausted' : row.status} />,
  },
  {
    id: 'percent',
    header: 'Budget used',
    minWidth: 180,
    align: 'end',
    sortBy: (row) => (row.limit === null ? null : row.percent),
    cell: (row) => (
      <BarGauge
        label={`Budget of thread ${shortenId(row.id)}, ${LEVEL_LABELS[row.level]}`}
        used={row.used}
        limit={row.limit}
        timeToEmptyMs={row.timeToEmptyMs}
      />
    ),
  },
  {
    id: 'used',
    header: 'Used',
    unit: 'tokens',
    width: 112,
    align: 'end',
    sortBy: (row) => row.used,
    cell: (row) => <Num value={row.used} unit="tokens" />,
  },
  {
    id: 'limit',
    header: 'Limit',
    unit: 'tokens',
    width: 112,
    align: 'end',
    sortBy: (row) => row.limit,
    cell: (row) => (row.limit === null ? 'none' : <Num value={row.limit} unit="tokens" />),
  },
  {
    id: 'remaining',
    header: 'Left',
    unit: 'tokens',
    width: 104,
    align: 'end',
    sortBy: (row) => row.remaining,
    cell: (row) => <Num value={row.remaining} unit="tokens" />,
  },
  {
    id: 'rate',
    header: 'Burn rate',
    unit: 'tok/min',
    width: 164,
    align: 'end',
    sortBy: (row) => row.ratePerMinute,
    cell: (row) =>
      row.ratePerMinute === null ? (
        <Unknown />
      ) : (
        <Num value={Math.round(row.ratePerMinute)} unit="tokens per minute over the last 5 min" />
      ),
  },
  {
    id: 'empty',
    header: 'Empty in',
    width: 116,
    align: 'end',
    sortBy: (row) => (row.level === 'exhausted' ? 0 : row.timeToEmptyMs),
    cell: (row) => <EmptyIn row={row} />,
  },
  {
    id: 'read',
    header: 'Read',
    width: 100,
    align: 'end',
    sortBy: (row) => row.readAt,
    cell: (row) => <TimeAgo instant={row.readAt} />,
  },
];

function EmptyIn({ row }: { row: GasRow }) {
  if (row.level === 'exhausted') return <span className="font-semibold text-error">Exhausted</span>;
  if (row.timeToEmptyMs === null) return <Unknown />;
  return formatEstimate(row.timeToEmptyMs);
}

function getRowId(row: GasRow): string {
  return row.id;
}
