'use client';

import { useState } from 'react';

import { useHref } from '#components/api/use-href.ts';
import { useUsageBreakdown } from '#components/api/use-usage.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { Cost } from '#components/ui/cost.tsx';
import { Num } from '#components/ui/figures.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import type { Column, Sort } from '#components/ui/table/column.ts';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { Duration } from '#components/ui/time.tsx';
import type { UsageBreakdown } from '#organism/api/resources.ts';
import { completionTokens, promptTokens, totalTokens } from '#organism/tokens.ts';

type ModelRow = UsageBreakdown['rows'][number];

/** What the agent's model calls used and cost since the beginning. */
export function AgentUsage({ name }: { name: string }) {
  const hrefOf = useHref();
  const usage = useUsageBreakdown({ groupBy: ['model'], agent: name });
  const [sort, setSort] = useState<Sort | null>({ id: 'cost', isDescending: true });
  const { data, error } = usage;
  return (
    <Panel
      flush
      title="Usage by model"
      sub={data && <TotalLine total={data.total} />}
      actions={
        <ButtonLink
          size="sm"
          variant="ghost"
          href={hrefOf(`/usage?agent=${encodeURIComponent(name)}`)}
        >
          By day
        </ButtonLink>
      }
    >
      {data === undefined && error === null && <SkeletonRows rows={5} label="Loading usage" />}
      {data === undefined && error !== null && (
        <FailedState
          isCompact
          what="Usage could not be loaded"
          why={error.detail}
          onRetry={() => void usage.refetch()}
        />
      )}
      {data !== undefined && (
        <DataTable
          label={`Usage of ${name} by model`}
          isPrimary
          rows={data.rows}
          columns={COLUMNS}
          getRowId={(row) => row.keys[0] ?? ''}
          viewKey={name}
          sort={sort}
          onSortChange={setSort}
          empty={
            <EmptyState isCompact title="No model call is recorded">
              <p>Tools and quiet agents have none. Calls appear here as the source reports them.</p>
            </EmptyState>
          }
        />
      )}
    </Panel>
  );
}

function TotalLine({ total }: { total: UsageBreakdown['total'] }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span>since the beginning:</span>
      <Cost
        costNanos={total.requests === 0 ? null : total.costNanos}
        unpricedRequests={total.unpricedRequests}
      />
      <span>
        , <Num value={totalTokens(total.tokens)} unit="tokens" /> tokens
      </span>
    </span>
  );
}

const COLUMNS: readonly Column<ModelRow>[] = [
  {
    id: 'model',
    header: 'Model',
    isTitle: true,
    minWidth: 200,
    sortBy: (row) => row.keys[0] ?? null,
    cell: (row) => row.keys[0] ?? 'no model named',
  },
  {
    id: 'requests',
    header: 'Calls',
    width: 90,
    align: 'end',
    sortBy: (row) => row.sum.requests,
    cell: (row) => <Num value={row.sum.requests} unit="calls" />,
  },
  {
    id: 'in',
    header: 'In',
    unit: 'tokens',
    width: 110,
    align: 'end',
    sortBy: (row) => promptTokens(row.sum.tokens),
    cell: (row) => <Num value={promptTokens(row.sum.tokens)} unit="tokens" />,
  },
  {
    id: 'out',
    header: 'Out',
    unit: 'tokens',
    width: 110,
    align: 'end',
    sortBy: (row) => completionTokens(row.sum.tokens),
    cell: (row) => <Num value={completionTokens(row.sum.tokens)} unit="tokens" />,
  },
  {
    id: 'latency',
    header: 'Latency, mean',
    width: 124,
    align: 'end',
    sortBy: (row) => meanLatencyMs(row),
    cell: (row) => <Duration durationMs={meanLatencyMs(row)} />,
  },
  {
    id: 'cost',
    header: 'Cost',
    unit: 'USD',
    width: 160,
    align: 'end',
    sortBy: (row) => row.sum.costNanos,
    cell: ({ sum }) => <Cost costNanos={sum.costNanos} unpricedRequests={sum.unpricedRequests} />,
  },
];

function meanLatencyMs({ sum }: ModelRow): number | null {
  return sum.latencyCount === 0 ? null : sum.latencyMsTotal / sum.latencyCount;
}
