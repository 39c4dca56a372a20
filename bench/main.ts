/** Measures the whole path on this machine: `npm run bench -- --help`. */
import { appendFileSync } from 'node:fs';
import path from 'node:path';

import { benchBills } from './bills.ts';
import type { Defer } from './cleanup.ts';
import { withCleanup } from './cleanup.ts';
import { benchEndToEnd } from './end-to-end.ts';
import type { Section } from './figures.ts';
import { formatTable, median } from './figures.ts';
import { benchInserts } from './inserts.ts';
import type { Machine } from './machine.ts';
import { describeMachine, readLoad } from './machine.ts';
import type { BenchOptions, SectionNumber } from './options.ts';
import { readOptions, USAGE } from './options.ts';
import { benchPages } from './pages.ts';
import { benchStarts } from './starts.ts';
import type { UsageYear } from './usage-year.ts';
import { createUsageYear } from './usage-year.ts';

const FULL = { rounds: 5, events: 40_000, usageRows: 1_000_000 };
const QUICK = { rounds: 1, events: 5000, usageRows: 100_000 };
const RESULTS = path.join(import.meta.dirname, 'results.jsonl');

const options = readOptions(process.argv.slice(2));
if (options.isHelp) console.log(USAGE);
else await main(options);

async function main({ only, isQuick, isSaving }: BenchOptions): Promise<void> {
  const machine = describeMachine();
  const amounts = isQuick ? QUICK : FULL;
  const { cpu, cores, memoryGiB, platform, node, commit, startedAt, loadBefore } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}`);
  console.log(`Node ${node}, commit ${commit}, ${startedAt}`);
  console.log(`Load before: ${loadBefore}. Medians of ${amounts.rounds}.`);
  const sections: Section[] = [];
  await withCleanup(async (defer) => {
    for (const measure of planSections(only, amounts, defer)) {
      const begunAt = performance.now();
      const section = await measure();
      sections.push(section);
      show(section, performance.now() - begunAt);
    }
  });
  if (isSaving) save(machine, sections);
}

function planSections(
  only: readonly SectionNumber[],
  { rounds, events, usageRows }: typeof FULL,
  defer: Defer,
): (() => Promise<Section>)[] {
  let year: Promise<UsageYear> | null = null;
  const getYear = (): Promise<UsageYear> => (year ??= createUsageYear(defer, usageRows));
  const all: Record<SectionNumber, () => Promise<Section>> = {
    1: () => benchEndToEnd(rounds),
    2: () => benchInserts(rounds, events),
    3: async () => benchBills(rounds, await getYear()),
    4: async () => benchStarts(rounds, await getYear()),
    5: () => benchPages(rounds),
  };
  return only.map((number) => all[number]);
}

function show({ title, figures, notes }: Section, elapsedMs: number): void {
  console.log(`\n### ${title}\n\n${formatTable(figures)}\n`);
  for (const note of notes) console.log(`- ${note}`);
  console.log(`- Took ${Math.round(elapsedMs / 1000)} s; load at the end ${readLoad()}.`);
}

function save(machine: Machine, sections: readonly Section[]): void {
  const figures = sections.flatMap((section) =>
    section.figures.map(({ rounds: values, ...figure }) => ({
      ...figure,
      section: section.title,
      median: median(values),
      rounds: values,
    })),
  );
  appendFileSync(RESULTS, `${JSON.stringify({ ...machine, figures })}\n`);
  console.log(`\nAppended to ${path.relative(process.cwd(), RESULTS)}`);
}
