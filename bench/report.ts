import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { formatTable } from './figures.ts';
import { drawHistory } from './history-svg.ts';
import { latestSections, traceHistory } from './history.ts';
import { ROOT } from './program.ts';
import type { BenchRun } from './results.ts';
import { readRuns } from './results.ts';

const PAGE = path.join(ROOT, 'docs/benchmarks.md');
const DRAWING = path.join(ROOT, 'docs/benchmarks.svg');
/** What stands between these two lines of the page is written here; the rest is prose. */
const BEGIN = '<!-- figures: written by `npm run bench`, do not edit -->';
const END = '<!-- end of figures -->';

/**
 * Draws docs/benchmarks.svg and writes the figures of docs/benchmarks.md, from results.jsonl alone.
 * @throws Error when the page has lost the lines between which the figures stand
 */
export function drawReport(): void {
  const runs = readRuns();
  const last = runs.at(-1);
  if (last === undefined) throw new Error('bench/results.jsonl has no run yet');
  const caption =
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'} up to ${last.startedAt.slice(0, 10)}, ${last.cpu}, ${last.cores} cores. ` +
    'Hollow: the machine had other work. Dashed: the bar. Each row has a logarithmic scale of its own.';
  writeFileSync(DRAWING, drawHistory(traceHistory(runs), caption));
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} lacks "${BEGIN}" … "${END}"`);
  const figures = latestSections(runs).map(writeSection).join('\n\n');
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\n${figures}\n\n${page.slice(end)}`);
}

function writeSection(section: ReturnType<typeof latestSections>[number]): string {
  const { name, title, machine, seconds, load, notes } = section;
  return [
    `### ${title}`,
    formatTable(section.figures),
    [
      ...notes,
      `\`npm run bench -- --only ${name}\`, ${seconds} s. ${describeMachine(machine)} Load before ${machine.loadBefore}, at the end ${load}.`,
    ]
      .map((note) => `- ${note}`)
      .join('\n'),
  ].join('\n\n');
}

function describeMachine(machine: Omit<BenchRun, 'sections'>): string {
  const { cpu, cores, memoryGiB, platform, node, commit, startedAt } = machine;
  return `Commit \`${commit}\`, ${startedAt.slice(0, 10)}; ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}.`;
}
