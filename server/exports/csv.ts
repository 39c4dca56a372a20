import { stringify } from 'csv-stringify/sync';

export type Cell = string | number | null;

/** Records of RFC 4180, each with CRLF behind it. */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
  // The library leaves a lone line feed bare when records end in CRLF.
  const options = { record_delimiter: 'windows', quoted_match: /^'|[\r\n]/ } as const;
  return stringify(
    rows.map((row) => [...row]),
    options,
  );
}

/** A spreadsheet runs text that starts like a formula; numbers are left alone. */
export function toCell(value: Cell): string | number {
  if (value === null) return '';
  return typeof value === 'string' && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
}
