import { parseArgs } from 'node:util';

const TEST_ID = /^B\d\d$/;
const DEFAULT_SEED = 7;

export interface TortureOptions {
  /** Ids such as `B01`; null for all. */
  readonly only: readonly string[] | null;
  /** Only the tests for every change. */
  readonly isFast: boolean;
  readonly seed: number;
  readonly isSaving: boolean;
  /** Where a program finds the tally of the run. */
  readonly report: string | null;
  readonly isHelp: boolean;
}

export const USAGE = `Usage: npm run torture -- [options]

  --only B01,B04   only these tests
  --fast           only the short ones, which every change runs
  --seed N         plays other faults (${DEFAULT_SEED})
  --save           append the results to bench/torture.jsonl and write bench/torture.md
  --report FILE    write how many passed, failed and were skipped, as JSON
  --help

Exits 1 when a test fails or a control run does not. What needs root or a tool that is not here
is skipped, never passed. docs/torture.md says what each test proves.`;

/** @throws Error naming the argument */
export function readOptions(args: readonly string[]): TortureOptions {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { only: text, seed: text, report: text, fast: flag, save: flag, help: flag },
  });
  return {
    only: values.only === undefined ? null : values.only.split(',').map(readId),
    isFast: values.fast,
    seed: values.seed === undefined ? DEFAULT_SEED : readSeed(values.seed),
    isSaving: values.save,
    report: values.report ?? null,
    isHelp: values.help,
  };
}

function readId(text: string): string {
  const id = text.trim().toUpperCase();
  if (!TEST_ID.test(id)) throw new RangeError(`--only: expected ids such as B01, got "${text}"`);
  return id;
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`--seed: expected a whole number from 0 to 4294967295, got "${text}"`);
  }
  return seed;
}
