import type { Column, Sort } from './column.ts';

/** What the table and the card list both draw from. */
export type BodyProps<Row> = {
  label: string;
  rows: readonly Row[];
  /** All rows of the view, drawn or not. */
  totalCount: number;
  columns: readonly Column<Row>[];
  getRowId: (row: Row) => string;
  sort: Sort | null;
  onSortChange: (sort: Sort | null) => void;
  nextSort: (columnId: string) => Sort | null;
  hrefOf?: ((row: Row) => string) | undefined;
  onOpen: ((row: Row) => void) | undefined;
  openRowId?: string | null | undefined;
  activeIndex: number;
  scroller: HTMLElement | null;
};

/** Opens a row unless the press was meant for something inside it or for selecting text. */
export function pressRow(event: React.MouseEvent, open: () => void): void {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const isOnControl =
    event.target instanceof Element && event.target.closest('a, button, input, label') !== null;
  const isSelecting = (document.getSelection()?.toString() ?? '') !== '';
  if (!isOnControl && !isSelecting) open();
}
