/** One line of the result: a median of several rounds, and how it compares with a control. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One per round, in their order. */
  readonly rounds: readonly number[];
  readonly control?: Control | undefined;
}

/** Measured in the same run, so that a slow machine or a busy one shows in both. */
export interface Control {
  readonly name: string;
  readonly value: number;
}

/** A part of the benchmark: what it measures and what came out. */
export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What a reader needs to judge the figures. */
  readonly notes: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A Markdown table that also reads well in a terminal. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, rounds, control }) => {
    const value = median(rounds);
    return [
      name,
      `${formatNumber(value)} ${unit}`,
      formatSpread(rounds),
      control === undefined ? '' : `${formatNumber(value / control.value)} ×`,
      control === undefined ? '' : `${control.name} (${formatNumber(control.value)} ${unit})`,
    ];
  });
  const table = [['', 'median', 'min – max', 'ratio', 'of'], ...rows];
  const widths = table[0]?.map((_, i) => Math.max(3, ...table.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => pad(cell, widths?.[i] ?? 0, i)).join(' | ')} |`;
  const rule = `| ${widths?.map((width, i) => (isNumeric(i) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(table[0] ?? []), rule, ...rows.map(line)].join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return isNumeric(column) ? cell.padStart(width) : cell.padEnd(width);
}

const isNumeric = (column: number): boolean => column >= 1 && column <= 3;

function formatSpread(rounds: readonly number[]): string {
  if (rounds.length < 2) return '';
  return `${formatNumber(Math.min(...rounds))} – ${formatNumber(Math.max(...rounds))}`;
}

/** Three digits that count. */
function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  const decimals = magnitude >= 100 || magnitude === 0 ? 0 : magnitude >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
