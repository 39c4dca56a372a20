'use client';

import { useErrorPages } from '#components/api/use-errors.ts';
import { useHref } from '#components/api/use-href.ts';
import { PAGE_ROWS } from '#components/api/use-paged.ts';
import { formatExact } from '#components/format/number.ts';
import { useLive } from '#components/live/use-live.ts';
import { Page, PageHeader } from '#components/shell/page-header.tsx';
import { Button } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { EmptyState, FailedState, FilteredEmptyState } from '#components/ui/surface-states.tsx';
import { DataTable } from '#components/ui/table/data-table.tsx';
import { useSettled } from '#components/ui/use-settled.ts';
import type { EventOf } from '#organism/event.ts';
import type { OrganismState } from '#organism/state.ts';

import { errorColumns } from './error-columns.tsx';
import { ErrorDrawer } from './error-drawer.tsx';
import { ErrorToolbar } from './error-toolbar.tsx';
import { filterErrors, mergeErrors } from './prepare-errors.ts';
import { type ErrorFilters, useErrorFilters } from './use-error-filters.ts';

export function ErrorsView() {
  const filters = useErrorFilters();
  return (
    <Page fill>
      <PageHeader title="Errors" />
      <ErrorToolbar filters={filters} />
      <ErrorList filters={filters} />
    </Page>
  );
}

function ErrorList({ filters }: { filters: ErrorFilters }) {
  const { choices } = filters;
  const { agent, thread, severity } = choices;
  const text = useSettled(choices.text.trim());
  const pages = useErrorPages({ agent, thread, severity, q: text });
  const live = useLive(selectErrors);
  const href = useHref();
  if (pages.rows === undefined) {
    return pages.error === null ? (
      <Panel flush>
        <SkeletonRows rows={12} label="Loading errors" />
      </Panel>
    ) : (
      <FailedState
        what="Errors could not be loaded"
        why={pages.error.detail}
        onRetry={pages.refetch}
      />
    );
  }
  // Older rows that were asked for must not wait behind "N new".
  const pageCount = Math.ceil(pages.rows.length / PAGE_ROWS);
  const all = mergeErrors(live, pages.rows);
  // The server's rule again, for what came live and for an answer to an earlier filter.
  const rows = filterErrors(all, choices);
  return (
    <Panel flush className="min-h-0 flex-1">
      <DataTable
        label="Errors"
        rows={rows}
        columns={errorColumns(href)}
        getRowId={(row) => String(row.seq)}
        viewKey={[agent, thread, severity, choices.text, pageCount].join(' ')}
        sort={choices.sort}
        onSortChange={(sort) => filters.set({ sort })}
        onOpenRow={(row) => filters.open(row.seq)}
        openRowId={choices.error === null ? null : String(choices.error)}
        isPrimary
        fill
        empty={
          filters.isFiltered ? (
            <FilteredEmptyState what="errors" onClear={filters.clear} />
          ) : (
            <EmptyState title="No errors">
              <p>
                None was reported so far. What agents and threads report is listed here at once.
              </p>
            </EmptyState>
          )
        }
      />
      <footer className="flex items-center gap-3 border-t border-line px-3 py-1.5 text-table text-ink-2">
        <span>{shownWords(rows.length, pages)}</span>
        {pages.hasNextPage && (
          <Button
            size="sm"
            className="ml-auto"
            disabled={pages.isFetchingNextPage}
            onClick={pages.fetchNextPage}
          >
            Show older
          </Button>
        )}
      </footer>
      <ErrorDrawer
        isOpen={choices.error !== null}
        row={all.find((row) => row.seq === choices.error)}
        onClose={() => filters.open(null)}
      />
    </Panel>
  );
}

function shownWords(
  shown: number,
  { total = 0, totalIsAtLeast }: { total: number | undefined; totalIsAtLeast: boolean },
): string {
  const all = formatExact(Math.max(total, shown));
  return `${formatExact(shown)} of ${all}${totalIsAtLeast ? ' or more' : ''} errors`;
}

function selectErrors(organism: OrganismState): readonly EventOf<'error'>[] {
  return organism.recentErrors;
}
