'use client';

import { useHref } from '#components/api/use-href.ts';
import { type ThreadQuery, useThreads } from '#components/api/use-threads.ts';
import { formatExact } from '#components/format/number.ts';
import { useIsLiveLoaded, useLive } from '#components/live/use-live.ts';
import { usePacedLive } from '#components/live/use-paced-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyCommand } from '#components/ui/copy.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import type { OrganismState } from '#organism/state.ts';

import { countStatuses, mergeThreads, type StatusCounts } from './prepare-threads.ts';
import { THREAD_COLUMNS } from './thread-columns.tsx';
import { ThreadFilterBar } from './thread-filter-bar.tsx';
import { fromStored, type ThreadItem } from './thread-row.ts';
import { type ThreadFilters, useThreadFilters } from './use-thread-filters.ts';

/** Every thread the store knows, the newest news over it. */
export function ThreadsView() {
  const filters = useThreadFilters();
  const organism = usePacedLive(selectThreads);
  const counts = countStatuses(organism);
  return (
    <Page fill>
      <PageHeader title="Threads" sub={<LiveCounts counts={counts} />} />
      <ThreadFilterBar filters={filters} counts={counts} />
      <Panel flush className="min-h-80 flex-1">
        <ThreadTable filters={filters} organism={organism} />
      </Panel>
    </Page>
  );
}

function LiveCounts({ counts }: { counts: StatusCounts }) {
  const isLoaded = useIsLiveLoaded();
  const isPartial = useLive(selectHasEvicted);
  if (!isLoaded) return 'Waiting for the live picture';
  const word = (status: string) => `${formatExact(counts.get(status) ?? 0)} ${status}`;
  const errors = counts.get('error') ?? 0;
  const line = [word('active'), word('completed'), `${errors} with error`, word('killed')].join(
    ', ',
  );
  return isPartial ? `${line} among the newest threads` : line;
}

function ThreadTable(props: { filters: ThreadFilters; organism: LiveThreads }) {
  const { filters, organism } = props;
  const { filter, order } = filters;
  const hrefOf = useHref();
  const pages = useThreads(toQuery(filters));
  if (pages.rows === undefined && pages.error !== null) {
    return (
      <FailedState
        what="Threads could not be loaded"
        why={pages.error.detail}
        onRetry={pages.refetch}
      />
    );
  }
  if (pages.rows === undefined) return <SkeletonRows rows={16} label="Loading threads" />;
  const rows = mergeThreads({
    stored: pages.rows.map(fromStored),
    live: organism.threads,
    run: organism.run,
    filter,
    order,
    hasMore: pages.hasNextPage,
  });
  const loadMore = () => {
    if (pages.hasNextPage && !pages.isFetchingNextPage) pages.fetchNextPage();
  };
  return (
    <>
      <DataTable
        label="Threads"
        fill
        isPrimary
        rows={rows}
        columns={THREAD_COLUMNS}
        getRowId={getThreadId}
        viewKey={filters.viewKey}
        sort={{ id: order.sort, isDescending: order.isDescending }}
        onSortChange={filters.setSort}
        hrefOf={(thread) => hrefOf(`/threads/${encodeURIComponent(thread.id)}`)}
        onNearEnd={loadMore}
        empty={filters.isFiltered ? <NoMatches filters={filters} /> : <NoThreads />}
      />
      {rows.length > 0 && (
        <TableFoot
          shown={rows.length}
          total={Math.max(pages.total ?? 0, rows.length)}
          isAtLeast={pages.totalIsAtLeast}
          isLoading={pages.isFetchingNextPage}
          onMore={pages.hasNextPage ? loadMore : undefined}
          error={pages.error?.detail}
        />
      )}
    </>
  );
}

function toQuery({ filter, order }: ThreadFilters): ThreadQuery {
  return {
    status: filter.status,
    agent: filter.agent,
    q: filter.text,
    since: filter.since,
    sort: order.sort,
    order: order.isDescending ? 'desc' : 'asc',
  };
}

function TableFoot(props: {
  shown: number;
  total: number;
  /** More may be found further down. */
  isAtLeast: boolean;
  isLoading: boolean;
  onMore: (() => void) | undefined;
  error: string | undefined;
}) {
  return (
    <div className="flex min-h-8 shrink-0 items-center gap-3 border-t border-line px-3 py-1 text-table text-ink-2">
      <span>{`${formatExact(props.shown)} of ${formatExact(props.total)}${props.isAtLeast ? ' or more' : ''} threads`}</span>
      {props.error !== undefined && (
        <span role="alert" className="truncate text-error" data-tip={props.error}>
          {`Not up to date: ${props.error}`}
        </span>
      )}
      {props.onMore !== undefined && (
        <Button size="sm" className="ml-auto" disabled={props.isLoading} onClick={props.onMore}>
          {props.isLoading ? 'Loading' : 'Load more'}
        </Button>
      )}
    </div>
  );
}

function NoMatches({ filters }: { filters: ThreadFilters }) {
  const known = useLive(selectThreadCount);
  return <FilteredEmptyState what="threads" hiddenCount={known} onClear={filters.clear} />;
}

function NoThreads() {
  return (
    <EmptyState title="No threads yet">
      <p>A thread appears here when an agent is given work. An artificial organism shows how:</p>
      <CopyCommand command="npm run lab -- agentserver --port 8080 --rate 30" />
    </EmptyState>
  );
}

function getThreadId(thread: ThreadItem): string {
  return thread.id;
}

type LiveThreads = Pick<OrganismState, 'threads' | 'run'>;

function selectThreads({ threads, run }: OrganismState): LiveThreads {
  return { threads, run };
}

function selectHasEvicted(organism: OrganismState): boolean {
  return organism.counts.evictedThreads > 0;
}

function selectThreadCount(organism: OrganismState): number {
  return organism.threads.size;
}
