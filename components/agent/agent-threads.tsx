'use client';

import { useHref } from '#components/api/use-href.ts';
import { useThreads } from '#components/api/use-threads.ts';
import { formatExact } from '#components/format/number.ts';
import { THREAD_COLUMNS } from '#components/threads/thread-columns.tsx';
import { fromStored } from '#components/threads/thread-row.ts';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';

/** Threads the agent took part in, the last active first. */
export function AgentThreads({ name }: { name: string }) {
  const hrefOf = useHref();
  const threads = useThreads({ agent: name, sort: 'activity', order: 'desc' });
  const { rows, error, total } = threads;
  return (
    <Panel
      flush
      title="Threads"
      sub={total === undefined ? undefined : `${formatExact(total)}, last active first`}
      className="h-112"
    >
      {rows === undefined && error === null && <SkeletonRows rows={12} label="Loading threads" />}
      {rows === undefined && error !== null && (
        <FailedState
          isCompact
          what="Threads could not be loaded"
          why={error.detail}
          onRetry={threads.refetch}
        />
      )}
      {rows !== undefined && (
        <DataTable
          label={`Threads of ${name}`}
          isPrimary
          fill
          isPresorted
          rows={rows.map(fromStored)}
          columns={COLUMNS}
          getRowId={(thread) => thread.id}
          viewKey={name}
          sort={null}
          onSortChange={() => undefined}
          hrefOf={(thread) => hrefOf(`/threads/${encodeURIComponent(thread.id)}`)}
          onNearEnd={() =>
            threads.hasNextPage && !threads.isFetchingNextPage && threads.fetchNextPage()
          }
          empty={
            <EmptyState isCompact title="No threads yet">
              <p>Threads this agent takes part in appear here.</p>
            </EmptyState>
          }
        />
      )}
    </Panel>
  );
}

// In one order only: all threads and all orders are a page of their own.
const COLUMNS = THREAD_COLUMNS.map((column) => ({ ...column, sortBy: undefined }));
