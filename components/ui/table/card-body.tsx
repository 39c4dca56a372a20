'use client';

import { clsx } from 'clsx';

import { pressRow, type BodyProps } from './body-props.ts';
import type { Column } from './column.ts';
import { RowTitle } from './row-title.tsx';
import { useVisibleRows } from './use-visible-rows.ts';

const CARD_HEIGHT_PX = 116; // a first guess; real cards are measured

/** The table of a narrow screen: one card a row, the same facts in the same order. */
export function CardBody<Row>(props: BodyProps<Row>) {
  const { rows } = props;
  const visible = useVisibleRows({
    count: rows.length,
    rowHeight: CARD_HEIGHT_PX,
    scroller: props.scroller,
  });
  return (
    <ul aria-label={props.label}>
      {visible.before > 0 && <li aria-hidden style={{ height: visible.before }} />}
      {visible.indexes.map((index) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <li
            key={props.getRowId(row)}
            ref={visible.measure}
            data-index={index}
            aria-current={props.openRowId === props.getRowId(row) ? 'true' : undefined}
            className="border-b border-line aria-current:bg-accent-wash"
          >
            <Card row={row} columns={props.columns} hrefOf={props.hrefOf} onOpen={props.onOpen} />
          </li>
        );
      })}
      {visible.after > 0 && <li aria-hidden style={{ height: visible.after }} />}
    </ul>
  );
}

function Card<Row>(props: {
  row: Row;
  columns: readonly Column<Row>[];
  hrefOf: ((row: Row) => string) | undefined;
  onOpen: ((row: Row) => void) | undefined;
}) {
  const { row, onOpen } = props;
  const title = props.columns.find((column) => column.isTitle === true);
  const placed = (place: Column<Row>['onCard']) =>
    props.columns.filter((column) => column !== title && column.onCard === place);
  const facts = props.columns.filter(
    ({ onCard, isTitle }) => isTitle !== true && (onCard === undefined || onCard === 'line'),
  );
  return (
    <div
      role="presentation"
      onClick={onOpen === undefined ? undefined : (event) => pressRow(event, () => onOpen(row))}
      className={clsx('px-3 py-2.5', onOpen !== undefined && 'cursor-pointer active:bg-wash')}
    >
      <div className="mb-1.5 flex min-w-0 items-center justify-between gap-3">
        {title !== undefined && (
          <div className="min-w-0 flex-1 truncate">
            <RowTitle
              isTabStop
              href={props.hrefOf?.(row)}
              onOpen={onOpen === undefined ? undefined : () => onOpen(row)}
            >
              {title.cell(row)}
            </RowTitle>
          </div>
        )}
        {placed('corner').map((column) => (
          <Unlabelled key={column.id} column={column} row={row} className="shrink-0" />
        ))}
      </div>
      {placed('body').map((column) => (
        <Unlabelled key={column.id} column={column} row={row} className="mb-1.5 line-clamp-2" />
      ))}
      <dl className="grid grid-flow-row-dense grid-cols-2 gap-x-4 gap-y-1 text-table">
        {facts.map((column) => (
          <div
            key={column.id}
            className={clsx(
              'flex min-h-5 min-w-0 items-center justify-between gap-2',
              column.onCard === 'line' && 'col-span-2',
            )}
          >
            <dt className="shrink-0 text-ink-3">
              {column.header}
              {column.unit !== undefined && ` ${column.unit}`}
            </dt>
            <dd className="min-w-0 truncate text-right">{column.cell(row)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A value that says by itself what it is, except to those who hear it. */
function Unlabelled<Row>(props: { column: Column<Row>; row: Row; className: string }) {
  const { column, row } = props;
  return (
    <div className={clsx('text-table', props.className)}>
      <span className="sr-only">{`${column.header}: `}</span>
      {column.cell(row)}
    </div>
  );
}
