'use client';

import { clsx } from 'clsx';

import { pressRow, type BodyProps } from './body-props.ts';
import { tableMinWidth, type Column } from './column.ts';
import { RowTitle } from './row-title.tsx';
import { TableHead } from './table-head.tsx';
import { useVisibleRows } from './use-visible-rows.ts';

const ROW_HEIGHT_PX = 32;

export function TableBody<Row>(props: BodyProps<Row>) {
  const { rows, columns, activeIndex } = props;
  const visible = useVisibleRows({
    count: rows.length,
    rowHeight: ROW_HEIGHT_PX,
    scroller: props.scroller,
  });
  const first = visible.indexes[0] ?? 0;
  const tabStop = visible.indexes.includes(activeIndex) ? activeIndex : first;
  return (
    <table
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      style={{ minWidth: tableMinWidth(columns) }}
      className="w-full table-fixed border-separate border-spacing-0 text-table"
    >
      <colgroup>
        {columns.map((column) => (
          <col key={column.id} width={column.width} />
        ))}
      </colgroup>
      <TableHead {...props} />
      <tbody>
        <Spacer height={visible.before} columns={columns.length} />
        {visible.indexes.map((index) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <TableRow
              key={props.getRowId(row)}
              row={row}
              index={index}
              isTabStop={index === tabStop}
              isOpen={props.openRowId === props.getRowId(row)}
              columns={columns}
              hrefOf={props.hrefOf}
              onOpen={props.onOpen}
            />
          );
        })}
        <Spacer height={visible.after} columns={columns.length} />
      </tbody>
    </table>
  );
}

function TableRow<Row>(props: {
  row: Row;
  index: number;
  isTabStop: boolean;
  isOpen: boolean;
  columns: readonly Column<Row>[];
  hrefOf: ((row: Row) => string) | undefined;
  onOpen: ((row: Row) => void) | undefined;
}) {
  const { row, onOpen } = props;
  return (
    <tr
      data-index={props.index}
      aria-rowindex={props.index + 2}
      aria-current={props.isOpen ? 'true' : undefined}
      tabIndex={onOpen === undefined ? undefined : props.isTabStop ? 0 : -1}
      onClick={onOpen === undefined ? undefined : (event) => pressRow(event, () => onOpen(row))}
      className={clsx(
        'h-8 scroll-my-10 focus-visible:-outline-offset-2',
        onOpen !== undefined && 'cursor-pointer hover:bg-wash',
        props.isOpen && 'bg-accent-wash',
      )}
    >
      {props.columns.map((column) => (
        <td
          key={column.id}
          className={clsx(
            'h-8 truncate border-b border-line px-3',
            column.align === 'end' && 'text-right',
          )}
        >
          {column.isTitle === true ? (
            <RowTitle href={props.hrefOf?.(row)}>{column.cell(row)}</RowTitle>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function Spacer(props: { height: number; columns: number }) {
  if (props.height <= 0) return null;
  return (
    <tr aria-hidden style={{ height: props.height }}>
      <td colSpan={props.columns} aria-label="Rows not drawn" className="p-0" />
    </tr>
  );
}
