/** One line of the result: a median of several rounds, and how it compares with a control. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One per round, in their order. */
  readonly rounds: readonly number[];
  readonly control?: Control | undefined;
  /** What we promise of it. */
  readonly bars?: readonly Bar[] | undefined;
}

/** Measured in the same run, so that a slow machine or a busy one shows in both. */
export interface Control {
  readonly name: string;
  readonly value: number;
}

/** A bound on the median, or on its ratio to the control: that one carries to other machines. */
export interface Bar {
  readonly of?: 'median' | 'ratio' | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/** What a section found. */
export interface Measured {
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

/** Of the median to the control's; NaN without one. */
export function ratioOf({ rounds, control }: Figure): number {
  return control === undefined ? Number.NaN : median(rounds) / control.value;
}

export function isMet(bar: Bar, figure: Figure): boolean {
  const value = bar.of === 'ratio' ? ratioOf(figure) : median(figure.rounds);
  // A figure that could not be taken is NaN and meets nothing.
  return value >= (bar.atLeast ?? -Infinity) && value <= (bar.atMost ?? Infinity);
}

/** “≥ 0.25 × met”, one for each bar. */
function formatBars(figure: Figure): string {
  return (figure.bars ?? [])
    .map((bar) => `${formatBar(bar, figure.unit)} ${isMet(bar, figure) ? 'met' : '**not met**'}`)
    .join(', ');
}

export function formatBar({ of, atLeast, atMost }: Bar, unit: string): string {
  const bounds = [
    atLeast === undefined ? [] : [`≥ ${formatNumber(atLeast)}`],
    atMost === undefined ? [] : [`≤ ${formatNumber(atMost)}`],
  ].flat();
  return `${bounds.join(' and ')} ${of === 'ratio' ? '×' : unit}`;
}

/** A Markdown table that also reads well in a terminal. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, unit, rounds, control } = figure;
    return [
      name,
      `${formatNumber(median(rounds))} ${unit}`,
      formatSpread(rounds),
      control === undefined ? '' : `${formatNumber(ratioOf(figure))} ×`,
      control === undefined ? '' : `${control.name} (${formatNumber(control.value)} ${unit})`,
      formatBars(figure),
    ];
  });
  const table = [['', 'median', 'min – max', 'ratio', 'of', 'bar'], ...rows];
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
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
