import { parseArgs } from 'node:util';

const SECTIONS = [1, 2, 3, 4, 5] as const;
export type SectionNumber = (typeof SECTIONS)[number];

export interface BenchOptions {
  readonly only: readonly SectionNumber[];
  /** One round over smaller amounts: shows that it works, not how fast it is. */
  readonly isQuick: boolean;
  readonly isSaving: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `Usage: npm run bench -- [options]

  --only 1,3   only these parts:
                 1 end to end, lab to browser socket     4 memory and start
                 2 inserts beside raw better-sqlite3     5 page weight, first live agent
                 3 daily usage and bills at 1 M rows
  --quick      one round over smaller amounts
  --save       append the figures to bench/results.jsonl
  --help`;

/** @throws Error naming the argument */
export function readOptions(args: readonly string[]): BenchOptions {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, quick: flag, save: flag, help: flag },
  });
  return {
    only: values.only === undefined ? SECTIONS : values.only.split(',').map(readSection),
    isQuick: values.quick,
    isSaving: values.save,
    isHelp: values.help,
  };
}

function readSection(text: string): SectionNumber {
  const section = SECTIONS.find((known) => String(known) === text.trim());
  if (section === undefined) throw new RangeError(`--only: expected 1 to 5, got "${text}"`);
  return section;
}
