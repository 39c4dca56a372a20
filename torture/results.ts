import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Machine } from '../bench/machine.ts';
import type { Result } from './runner.ts';
import { formatBars, formatScoreboard, tallyOf } from './scoreboard.ts';

const BENCH = path.join(import.meta.dirname, '../bench');
const HISTORY = path.join(BENCH, 'torture.jsonl');
const SCOREBOARD = path.join(BENCH, 'torture.md');

/** Keeps a run: one line in the history, and the scoreboard of this run to read. */
export function saveResults(machine: Machine, results: readonly Result[]): void {
  appendFileSync(HISTORY, `${JSON.stringify({ ...machine, results })}\n`);
  writeFileSync(SCOREBOARD, `${formatRecord(machine, results)}\n`);
  for (const file of [HISTORY, SCOREBOARD]) {
    console.log(`wrote ${path.relative(process.cwd(), file)}`);
  }
}

function formatRecord(machine: Machine, results: readonly Result[]): string {
  const { cpu, cores, memoryGiB, platform, node, commit, startedAt, loadBefore } = machine;
  const { passed, failed, skipped } = tallyOf(results);
  const seeds = [...new Set(results.map(({ seed }) => seed))].join(', ');
  const seconds = Math.round(results.reduce((sum, result) => sum + result.seconds, 0));
  return [
    '# Scoreboard',
    '',
    `Written by \`npm run torture -- --save\`; [docs/torture.md](../docs/torture.md) says what each test`,
    `proves and how to read this.`,
    '',
    `- ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}, Node ${node}`,
    `- commit ${commit}, ${startedAt}, load before ${loadBefore}, seed ${seeds}`,
    `- ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`,
    '',
    formatScoreboard(results),
    '',
    formatBars(results),
  ].join('\n');
}
