/** Breaks the product in every way we know, and counts what it lost: `npm run torture -- --help`. */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { describeMachine } from '../bench/machine.ts';
import type { TortureTest } from './kit/torture-test.ts';
import type { TortureOptions } from './options.ts';
import { readOptions, USAGE } from './options.ts';
import { saveResults } from './results.ts';
import type { Result } from './runner.ts';
import { runTest } from './runner.ts';
import { describeResult, formatScoreboard, tallyOf } from './scoreboard.ts';

const TEST_FILE = /^(b\d\d)-[a-z-]+\.ts$/;

const options = readOptions(process.argv.slice(2));
if (options.isHelp) console.log(USAGE);
else await main(options);

async function main({ only, isFast, seed, isSaving, report }: TortureOptions): Promise<void> {
  const machine = describeMachine();
  const { cpu, cores, platform, node, commit, startedAt, loadBefore } = machine;
  console.log(`${cpu}, ${cores} cores, ${platform}, Node ${node}`);
  console.log(`Commit ${commit}, ${startedAt}, load before ${loadBefore}, seed ${seed}\n`);
  const tests = (await loadTests(only)).filter((test) => test.isFast || !isFast);
  const results: Result[] = [];
  for (const test of tests) {
    const say = (line: string): void => console.log(`     … ${line}`);
    const result = await runTest(test, { seed, isFast, say });
    results.push(result);
    console.log(`${describeResult(result)}\n`);
  }
  console.log(`${formatScoreboard(results)}\n`);
  const tally = tallyOf(results);
  console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  if (isSaving) saveResults(machine, results);
  if (report !== null) writeFileSync(report, JSON.stringify(tally));
  // What a broken test left open must not keep us here.
  process.exit(tally.failed === 0 ? 0 : 1);
}

/** Every module whose name is that of a test. @throws Error for an id that no module has */
async function loadTests(only: readonly string[] | null): Promise<TortureTest[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => TEST_FILE.test(file));
  const byId = new Map(files.toSorted().map((file) => [file.slice(0, 3).toUpperCase(), file]));
  return Promise.all(
    (only ?? [...byId.keys()]).map(async (id) => {
      const file = byId.get(id);
      if (file === undefined) {
        throw new RangeError(`--only: no test ${id}; there are ${[...byId.keys()].join(', ')}`);
      }
      const url = pathToFileURL(path.join(import.meta.dirname, file)).href;
      const { test } = (await import(url)) as { test: TortureTest };
      return test;
    }),
  );
}
