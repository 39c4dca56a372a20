import type { Bar, Control, Counts } from './kit/torture-test.ts';
import type { Result } from './runner.ts';
import { hasFailed } from './runner.ts';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** One test as lines for a terminal: its verdict, then each thing that was measured. */
export function describeResult(result: Result): string {
  const head = `${result.id} ${verdictOf(result)}  ${result.title}  (${result.seconds} s, seed ${result.seed})`;
  if (!('bars' in result)) return `${head}\n     ${result.reason}`;
  const lines = [result.load, ...result.bars.map(describeBar)];
  if (result.counts !== null) lines.push(describeCounts(result.counts));
  lines.push(describeControl(result.control));
  return [head, ...lines.map((line) => `     ${line}`)].join('\n');
}

/** The scoreboard: a Markdown table that also reads well in a terminal. */
export function formatScoreboard(results: readonly Result[]): string {
  const header = [
    '',
    'test',
    'result',
    'load',
    'sent',
    '= accepted',
    '+ duplicate',
    '+ rejected',
    'lost',
    'doubled',
    'money off, n$',
    'control',
    's',
  ];
  const rows = results.map((result) => {
    const judged = 'bars' in result ? result : null;
    const counts = judged?.counts ?? null;
    return [
      result.id,
      result.title,
      'reason' in result && result.status === 'skipped'
        ? `skipped: ${result.reason}`
        : verdictOf(result),
      judged?.load ?? '',
      ...numbersOf(counts),
      judged === null ? '' : shortControl(judged.control),
      WHOLE.format(result.seconds),
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, i) => ((i >= 4 && i <= 10) || i === 12 ? '--:' : '---'));
  return [line(header), line(rule), ...rows.map((cells) => line(cells.map(escapeCell)))].join('\n');
}

/** Every bar of every test, for the written record. */
export function formatBars(results: readonly Result[]): string {
  const rows = results.flatMap((result) =>
    'bars' in result
      ? result.bars.map(
          ({ name, found, wanted, isMet }) =>
            `| ${result.id} | ${escapeCell(name)} | ${escapeCell(found)} | ${escapeCell(wanted)} | ${isMet ? 'met' : '**not met**'} |`,
        )
      : [],
  );
  return ['| test | measured | found | wanted | |', '|---|---|--:|--:|---|', ...rows].join('\n');
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function tallyOf(results: readonly Result[]): Tally {
  const count = (...statuses: Result['status'][]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  return { passed: count('passed'), failed: count('failed', 'broken'), skipped: count('skipped') };
}

function verdictOf({ status }: Result): string {
  return status === 'broken' ? 'FAILED (broke)' : status === 'failed' ? 'FAILED' : status;
}

function describeBar({ name, found, wanted, isMet }: Bar): string {
  return `${isMet ? 'ok ' : 'NOT'} ${name}: ${found} (wanted ${wanted})`;
}

function describeCounts(counts: Counts): string {
  const { sent, accepted, duplicate, rejected } = counts;
  const sum = `sent ${WHOLE.format(sent)} = accepted ${WHOLE.format(accepted)} + duplicate ${WHOLE.format(duplicate)} + rejected ${WHOLE.format(rejected)}`;
  return `${sum}; lost ${counts.lost}, doubled ${counts.doubled}, money off by ${counts.moneyDeltaNanos} n$`;
}

function describeControl(control: Control): string {
  if ('without' in control) return `control: none, ${control.without}`;
  const { name, bar } = control;
  const verdict = hasFailed(control) ? 'fails as it must' : 'DID NOT FAIL';
  return `control (${name}) ${verdict}: ${bar.name} ${bar.found} (wanted ${bar.wanted})`;
}

function shortControl(control: Control): string {
  if ('without' in control) return `none: ${control.without}`;
  const { name, bar } = control;
  return `${name}: ${hasFailed(control) ? 'fails' : '**passes**'} (${bar.name} ${bar.found})`;
}

function numbersOf(counts: Counts | null): string[] {
  if (counts === null) return Array<string>(7).fill('');
  const { sent, accepted, duplicate, rejected, lost, doubled, moneyDeltaNanos } = counts;
  return [sent, accepted, duplicate, rejected, lost, doubled, moneyDeltaNanos].map((value) =>
    WHOLE.format(value),
  );
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
