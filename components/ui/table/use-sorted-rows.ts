'use client';

import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type Row as TableRow,
  type SortingState,
} from '@tanstack/react-table';

import type { Column, Sort } from './column.ts';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof features;

// Wrapped, because the table asks for records and a row may be any type.
type Item<Row> = { row: Row };

type SortedRows<Row> = {
  rows: readonly Row[];
  /** Next sort after a press on the header: first direction, the other, none. */
  nextSort: (columnId: string) => Sort | null;
};

/** Rows in the order of `sort`; rows a server already sorted pass through. */
export function useSortedRows<Row>(options: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  getRowId: (row: Row) => string;
  sort: Sort | null;
  isPresorted: boolean;
}): SortedRows<Row> {
  const { sort, getRowId } = options;
  // Thousands of rows that stay as they are need not pass through the table's models.
  const isAsGiven = options.isPresorted || sort === null;
  const data = isAsGiven ? [] : options.rows.map((row): Item<Row> => ({ row }));
  const columns = options.columns.map((column) => toColumnDef(column));
  const sorting: SortingState = sort === null ? [] : [{ id: sort.id, desc: sort.isDescending }];
  const table = useTable({
    features,
    columns,
    data,
    getRowId: (item) => getRowId(item.row),
    state: { sorting },
    manualSorting: options.isPresorted,
  });
  return {
    rows: isAsGiven ? options.rows : table.getRowModel().rows.map((row) => row.original.row),
    nextSort(columnId) {
      const order = table.getColumn(columnId)?.getNextSortingOrder() ?? false;
      return order === false ? null : { id: columnId, isDescending: order === 'desc' };
    },
  };
}

function toColumnDef<Row>(column: Column<Row>): ColumnDef<Features, Item<Row>> {
  const { sortBy } = column;
  return {
    id: column.id,
    accessorFn: (item: Item<Row>) => sortBy?.(item.row) ?? undefined,
    enableSorting: sortBy !== undefined,
    sortDescFirst: column.align === 'end',
    sortUndefined: 'last',
    sortFn: compareValues,
  };
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compareValues<Row>(
  a: TableRow<Features, Item<Row>>,
  b: TableRow<Features, Item<Row>>,
  columnId: string,
): number {
  const left: unknown = a.getValue(columnId);
  const right: unknown = b.getValue(columnId);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return collator.compare(String(left), String(right));
}
