'use client';

import { clsx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';

import type { BodyProps } from './body-props.ts';
import type { Column, Sort } from './column.ts';

export function TableHead<Row>(props: BodyProps<Row>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {props.columns.map((column) => (
          <th
            key={column.id}
            scope="col"
            aria-sort={ariaSort(column, props.sort)}
            className="sticky top-0 z-10 h-8 border-b border-line-strong bg-panel p-0 text-left font-normal text-ink-3"
          >
            <Heading
              column={column}
              sort={props.sort}
              onPress={() => props.onSortChange(props.nextSort(column.id))}
            />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Heading<Row>(props: { column: Column<Row>; sort: Sort | null; onPress: () => void }) {
  const { column, sort } = props;
  const isSorted = sort?.id === column.id;
  const Arrow = sort?.isDescending === true ? ArrowDown : ArrowUp;
  const place = clsx(
    'flex h-8 w-full items-center gap-1 px-3 whitespace-nowrap',
    column.align === 'end' && 'flex-row-reverse',
  );
  const words = (
    <span className="truncate">
      {column.header}
      {column.unit !== undefined && <span className="ml-1">{column.unit}</span>}
    </span>
  );
  if (column.sortBy === undefined) return <span className={place}>{words}</span>;
  return (
    <button
      type="button"
      onClick={props.onPress}
      className={clsx(
        place,
        'group/sort transition-colors hover:text-ink focus-visible:-outline-offset-2',
        isSorted && 'font-medium text-ink',
      )}
    >
      {words}
      <Arrow
        aria-hidden
        className={clsx('size-3 shrink-0', !isSorted && 'opacity-0 group-hover/sort:opacity-40')}
      />
    </button>
  );
}

function ariaSort<Row>(
  column: Column<Row>,
  sort: Sort | null,
): 'ascending' | 'descending' | 'none' | undefined {
  if (column.sortBy === undefined) return undefined;
  if (sort?.id !== column.id) return 'none';
  return sort.isDescending ? 'descending' : 'ascending';
}
