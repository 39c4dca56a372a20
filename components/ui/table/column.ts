import type { ReactNode } from 'react';

/** A fact about a row: a table column on wide screens, a line of the card on narrow ones. */
export type Column<Row> = {
  id: string;
  header: string;
  /** Said once, in the header: "tokens", "ms". */
  unit?: string | undefined;
  cell: (row: Row) => ReactNode;
  /** What the column sorts by; leave out where order means nothing. Null sorts last. */
  sortBy?: ((row: Row) => string | number | null) | undefined;
  /** Figures align at the end, words at the start. */
  align?: 'start' | 'end' | undefined;
  /** Pixels; without it the column shares what is left and keeps `minWidth`. */
  width?: number | undefined;
  minWidth?: number | undefined;
  /**
   * Its place on a card, where it is not one of two facts on a line: a whole `line`, the `corner`
   * beside the title, or the `body` under it, two lines without a label.
   */
  onCard?: 'line' | 'corner' | 'body' | undefined;
  /** Names the row: carries its link, heads its card. Exactly one column. */
  isTitle?: boolean | undefined;
};

/** Kept by the caller, usually in the URL. */
export type Sort = { id: string; isDescending: boolean };

const DEFAULT_MIN_WIDTH_PX = 96;

/** The width below which the table scrolls sideways, in pixels. */
export function tableMinWidth<Row>(columns: readonly Column<Row>[]): number {
  return columns.reduce(
    (sum, column) => sum + (column.width ?? column.minWidth ?? DEFAULT_MIN_WIDTH_PX),
    0,
  );
}
