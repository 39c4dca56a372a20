/** Measures the whole path on this machine: `npm run bench -- --help`. */
import os from 'node:os';
import path from 'node:path';

import { MINUTE_MS } from '#organism/durations.ts';

import type { Defer } from './cleanup.ts';
import { withCleanup } from './cleanup.ts';
import { formatTable, isMet } from './figures.ts';
import { describeMachine, readLoad } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { readOptions, USAGE } from './options.ts';
import { chooseSections, loadSections } from './registry.ts';
import { drawReport } from './report.ts';
import type { SectionResult } from './results.ts';
import { appendRun } from './results.ts';
import type { BenchContext, BenchSection } from './section.ts';
import type { UsageYear } from './usage-year.ts';
import { createUsageYear } from './usage-year.ts';

const ROUNDS = { full: 5, quick: 1 };
const YEAR_ROWS = { full: 1_000_000, quick: 100_000 };

const options = readOptions(process.argv.slice(2));
const all = await loadSections();
if (options.isHelp) console.log(describeUsage(all));
else if (options.isDrawOnly) drawReport();
else await main(options);

async function main({ only, isQuick, isSaving }: BenchOptions): Promise<void> {
  const chosen = chooseSections(all, only);
  const machine = describeMachine();
  const { cpu, cores, memoryGiB, platform, node, commit, startedAt, loadBefore } = machine;
  console.log(`${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}`);
  console.log(`Node ${node}, commit ${commit}, ${startedAt}`);
  console.log(`Load before: ${loadBefore}. Medians of ${isQuick ? ROUNDS.quick : ROUNDS.full}.`);
  const begunAt = performance.now();
  const results: SectionResult[] = [];
  await withCleanup(async (defer) => {
    const context = createContext(isQuick, defer);
    for (const [name, section] of chosen) {
      const result = await runSection(name, section, context);
      if (result !== null) results.push(result);
    }
  });
  summarize(results, performance.now() - begunAt);
  if (!isSaving || results.length === 0) return;
  const file = appendRun({ ...machine, sections: results });
  console.log(`Appended to ${path.relative(process.cwd(), file)}`);
  drawReport();
}

function createContext(isQuick: boolean, defer: Defer): BenchContext {
  const pick: BenchContext['pick'] = ({ full, quick }) => (isQuick ? quick : full);
  let year: Promise<UsageYear> | null = null;
  return {
    isQuick,
    rounds: pick(ROUNDS),
    pick,
    defer,
    usageYear: () => (year ??= createUsageYear(defer, pick(YEAR_ROWS))),
  };
}

/** One section that fails does not take the others' figures with it. */
async function runSection(
  name: string,
  section: BenchSection,
  context: BenchContext,
): Promise<SectionResult | null> {
  const { title } = section;
  console.log(`\n### ${title}\n`);
  const begunAt = performance.now();
  try {
    const { figures, notes } = await section.measure(context);
    const seconds = Math.round((performance.now() - begunAt) / 1000);
    const load = readLoad();
    console.log(`${formatTable(figures)}\n`);
    for (const note of notes) console.log(`- ${note}`);
    console.log(`- Took ${seconds} s; load at the end ${load}.`);
    return { name, title, seconds, load, figures, notes };
  } catch (error) {
    console.error(`${name} failed:`, error);
    process.exitCode = 1;
    return null;
  }
}

function summarize(results: readonly SectionResult[], elapsedMs: number): void {
  const barred = results.flatMap(({ name, figures }) =>
    figures.flatMap((figure) =>
      (figure.bars ?? []).map((bar) => ({
        of: `${name}: ${figure.name}`,
        met: isMet(bar, figure),
      })),
    ),
  );
  const missed = barred.filter(({ met }) => !met);
  console.log(`\n${barred.length - missed.length} of ${barred.length} bars met.`);
  for (const { of } of missed) console.log(`- not met: ${of}`);
  console.log(
    `${(elapsedMs / MINUTE_MS).toFixed(1)} minutes in all on ${os.availableParallelism()} cores.`,
  );
}

function describeUsage(sections: ReadonlyMap<string, BenchSection>): string {
  const names = [...sections].map(
    ([name, { title, minutes }]) => `  ${name.padEnd(18)} ${title} (about ${minutes} min)`,
  );
  return USAGE + names.join('\n');
}
