'use client';

import { clsx } from 'clsx';
import { useRouter } from 'next/navigation';
import { useState } from 'react';

import { NARROW, useMedia } from '../use-media.ts';
import { CardBody } from './card-body.tsx';
import type { Column, Sort } from './column.ts';
import { NewRowsBar } from './new-rows-bar.tsx';
import { TableBody } from './table-body.tsx';
import { useHeldRows } from './use-held-rows.ts';
import { useRowKeys } from './use-row-keys.ts';
import { useSortedRows } from './use-sorted-rows.ts';
import { VIRTUAL_ABOVE_ROWS } from './virtual-limit.ts';

export type DataTableProps<Row> = {
  /** The accessible name: "Threads". */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  getRowId: (row: Row) => string;
  /** Names the filters and range in force: rows held for a reader are let go when it changes. */
  viewKey: string;
  sort: Sort | null;
  onSortChange: (sort: Sort | null) => void;
  /** The rows come in the order of `sort` already. */
  isPresorted?: boolean | undefined;
  /** Where a row leads. Its title becomes a real link. */
  hrefOf?: ((row: Row) => string) | undefined;
  /** Opens a row in place (a drawer); wins over following `hrefOf` on click and Enter. */
  onOpenRow?: ((row: Row) => void) | undefined;
  /** The row whose details are open. */
  openRowId?: string | null | undefined;
  /** Rows the caller itself keeps back, for example while paused. */
  pendingCount?: number | undefined;
  onShowPending?: (() => void) | undefined;
  /** Answers to j and k wherever the focus is; at most one per page. */
  isPrimary?: boolean | undefined;
  /** Take the height that is left and scroll inside; without it the page scrolls. */
  fill?: boolean | undefined;
  /** The end of the rows is near the screen: fetch more, if there is more and none is on its way. */
  onNearEnd?: (() => void) | undefined;
  /** One of the surface states, shown instead of rows. */
  empty?: React.ReactNode;
  className?: string | undefined;
};

export function DataTable<Row>(props: DataTableProps<Row>) {
  // State, not a ref: the virtual rows must draw again once the element is there.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const isNarrow = useMedia(NARROW);
  const sorted = useSortedRows({ ...props, isPresorted: props.isPresorted === true });
  const held = useHeldRows(sorted.rows, props.getRowId, orderKey(props.viewKey, props.sort));
  const open = useRowOpener(props);
  const keys = useRowKeys({
    scroller,
    rows: held.shown,
    isPrimary: props.isPrimary === true,
    onOpen: open,
  });
  const showNew = () => {
    held.release();
    props.onShowPending?.();
    scroller?.scrollTo({ top: 0 });
  };
  const Body = isNarrow ? CardBody : TableBody;
  const isEmpty = held.shown.length === 0 && props.empty !== undefined;
  return (
    <div
      className={clsx('relative flex min-h-0 flex-col', props.fill && 'flex-1', props.className)}
    >
      <NewRowsBar count={held.newCount + (props.pendingCount ?? 0)} onShow={showNew} />
      <div
        ref={setScroller}
        role="presentation"
        {...readingProps(scroller, held, props.onNearEnd)}
        onKeyDown={keys.onKeyDown}
        className={clsx(
          'overflow-auto overscroll-x-contain',
          props.fill === true && 'min-h-0 flex-1',
          props.fill !== true && held.shown.length > VIRTUAL_ABOVE_ROWS && 'max-h-[70dvh]',
        )}
      >
        {isEmpty ? (
          props.empty
        ) : (
          <Body
            {...props}
            rows={held.shown}
            totalCount={sorted.rows.length}
            nextSort={sorted.nextSort}
            scroller={scroller}
            activeIndex={keys.activeIndex}
            onOpen={open}
          />
        )}
      </div>
    </div>
  );
}

function orderKey(viewKey: string, sort: Sort | null): string {
  return sort === null ? viewKey : `${viewKey} ${sort.id} ${sort.isDescending}`;
}

function useRowOpener<Row>(props: DataTableProps<Row>): ((row: Row) => void) | undefined {
  const router = useRouter();
  const { onOpenRow, hrefOf } = props;
  if (onOpenRow !== undefined) return onOpenRow;
  if (hrefOf === undefined) return undefined;
  return (row) => router.push(hrefOf(row));
}

/** What keeps the rows still while somebody reads them, and asks for more at the end. */
function readingProps(
  scroller: HTMLElement | null,
  held: { hold: () => void; release: () => void },
  onNearEnd: (() => void) | undefined,
): React.HTMLAttributes<HTMLElement> {
  const releaseWhenUnread = () => {
    if (!isBeingRead(scroller)) held.release();
  };
  return {
    onPointerMove: held.hold,
    onPointerLeave: releaseWhenUnread,
    onFocus: held.hold,
    onBlur: releaseWhenUnread,
    onScroll(event) {
      if (isBeingRead(scroller)) held.hold();
      else held.release();
      if (isNearEnd(event.currentTarget)) onNearEnd?.();
    },
  };
}

const NEAR_END_PX = 1200; // about two screens: the next rows are there before they are seen

function isNearEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
}

function isBeingRead(scroller: HTMLElement | null): boolean {
  if (scroller === null) return false;
  return (
    scroller.scrollTop > 0 ||
    scroller.matches(':hover') ||
    scroller.contains(document.activeElement)
  );
}
