import { formatBar, formatNumber } from './figures.ts';
import type { HistoryPoint, HistoryRow, HistorySection } from './history.ts';

const WIDTH = 1120;
const MARGIN = 20;
const ROW_HEIGHT = 26;
const HEADING_HEIGHT = 44;
const NAME_LENGTH = 58;
const PLOT = { left: 440, width: 240, height: 18 };
const LATEST_RIGHT = 800;
const CHANGE_RIGHT = 872;
const BAR_LEFT = 892;

/** Legible on white and on black: an SVG in a page follows the reader's own setting. */
const STYLE = `
  .page { fill: #ffffff } .text { fill: #1f2328 } .muted { fill: #59636e }
  .rule { stroke: #d1d9e0 } .line { stroke: #0969da; fill: none } .dot { fill: #0969da }
  .busy { fill: #ffffff; stroke: #0969da } .bar { stroke: #9a6700; stroke-dasharray: 3 3 }
  .good { fill: #1a7f37 } .bad { fill: #cf222e }
  text { font: 13px system-ui, sans-serif } .heading { font-weight: 600; font-size: 15px }
  .number { text-anchor: end; font-variant-numeric: tabular-nums }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #f0f6fc } .muted { fill: #9198a1 }
    .rule { stroke: #3d444d } .line { stroke: #58a6ff } .dot { fill: #58a6ff }
    .busy { fill: #0d1117; stroke: #58a6ff } .bar { stroke: #d29922 }
    .good { fill: #3fb950 } .bad { fill: #f85149 }
  }`;

/** Every figure over the runs, with its bar: a regression is a red share, a missed promise a red word. */
export function drawHistory(sections: readonly HistorySection[], caption: string): string {
  const parts: string[] = [];
  let y = MARGIN + 18;
  parts.push(text({ x: MARGIN, y, css: 'text heading' }, 'Organoscope: the figures over time'));
  y += 22;
  parts.push(text({ x: MARGIN, y, css: 'muted' }, caption));
  for (const { title, rows } of sections) {
    y += HEADING_HEIGHT;
    parts.push(drawHeading(title, y));
    for (const row of rows) {
      y += ROW_HEIGHT;
      parts.push(drawRow(row, y));
    }
  }
  const height = y + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Benchmark figures over time">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function drawHeading(title: string, y: number): string {
  return [
    text({ x: MARGIN, y, css: 'text heading' }, title),
    text({ x: LATEST_RIGHT, y, css: 'muted number' }, 'latest'),
    text({ x: CHANGE_RIGHT, y, css: 'muted number' }, 'change'),
    text({ x: BAR_LEFT, y, css: 'muted' }, 'bar'),
    `<path class="rule" d="M${MARGIN} ${y + 7}H${WIDTH - MARGIN}"/>`,
  ].join('\n');
}

function drawRow(row: HistoryRow, y: number): string {
  const { name, unit, bar, latest, change, isWorse } = row;
  const short = name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name;
  const parts = [
    text({ x: MARGIN, y, css: 'text' }, short),
    drawPlot(row, y - PLOT.height + 4),
    text({ x: LATEST_RIGHT, y, css: 'text number' }, `${formatNumber(latest)} ${unit}`),
  ];
  if (change !== null) {
    const css = `${isWorse ? 'bad' : 'muted'} number`;
    parts.push(text({ x: CHANGE_RIGHT, y, css }, formatChange(change)));
  }
  if (bar !== null) {
    const css = row.isMet === true ? 'good' : 'bad';
    const verdict = `${formatBar(bar, unit)} ${row.isMet === true ? '✓' : '✗ not met'}`;
    parts.push(text({ x: BAR_LEFT, y, css }, verdict));
  }
  return `<g><title>${escape(describePoints(row))}</title>\n${parts.join('\n')}\n</g>`;
}

/** On a logarithmic scale of its own: what halves is as visible as what doubles. */
function drawPlot({ points, bar }: HistoryRow, top: number): string {
  const bound = bar?.atLeast ?? bar?.atMost ?? null;
  const values = [...points.map(({ value }) => value), ...(bound === null ? [] : [bound])];
  const logs = values.filter((value) => value > 0 && value < Infinity).map(Math.log10);
  // Never less than a tenth of a decade: a tie must not look like a cliff.
  const middle = (Math.min(...logs) + Math.max(...logs)) / 2;
  const half = Math.max(0.05, (Math.max(...logs) - Math.min(...logs)) / 2);
  const toY = (value: number): number => {
    const share = value > 0 ? (Math.log10(value) - middle) / half : -1;
    return round(top + (PLOT.height * (1 - share)) / 2);
  };
  const toX = (i: number): number =>
    round(PLOT.left + (PLOT.width * (i + 1)) / (points.length + 1));
  const drawn = points.flatMap((point, i) =>
    Number.isFinite(point.value) ? [{ point, x: toX(i), y: toY(point.value) }] : [],
  );
  const path = drawn.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return [
    bound === null ? '' : `<path class="bar" d="M${PLOT.left} ${toY(bound)}h${PLOT.width}"/>`,
    `<path class="line" stroke-width="1.5" d="${path}"/>`,
    ...drawn.map(({ point, x, y }) => drawDot(point, x, y)),
  ].join('');
}

function drawDot({ isBusy }: HistoryPoint, x: number, y: number): string {
  return `<circle class="${isBusy ? 'busy' : 'dot'}" cx="${x}" cy="${y}" r="2.5"/>`;
}

function describePoints({ name, unit, points }: HistoryRow): string {
  const lines = points.map(
    ({ startedAt, commit, value, isBusy }) =>
      `${startedAt.slice(0, 16)} ${commit}: ${formatNumber(value)} ${unit}${isBusy ? ' (busy machine)' : ''}`,
  );
  return [name, ...lines].join('\n');
}

function formatChange(change: number): string {
  const percent = Math.round(change * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`;
}

function text(at: { x: number; y: number; css: string }, content: string): string {
  return `<text x="${at.x}" y="${at.y}" class="${at.css}">${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const round = (value: number): number => Math.round(value * 10) / 10;
