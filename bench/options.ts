import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of sections; null is all. */
  readonly only: readonly string[] | null;
  readonly isQuick: boolean;
  readonly isSaving: boolean;
  /** Measure nothing: draw what is stored. */
  readonly isDrawOnly: boolean;
  readonly isHelp: boolean;
}

export const USAGE = `Usage: npm run bench -- [options]

  --only NAME,NAME   only these sections
  --quick            one round over smaller amounts: a look, never stored
  --no-save          neither append to bench/results.jsonl nor draw docs/benchmarks.*
  --draw             only draw docs/benchmarks.* from bench/results.jsonl
  --help

Sections:
`;

/** @throws Error naming the argument */
export function readOptions(args: readonly string[]): BenchOptions {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      quick: flag,
      'no-save': flag,
      draw: flag,
      help: flag,
    },
  });
  return {
    only: values.only?.split(',').map((name) => name.trim()) ?? null,
    isQuick: values.quick,
    isSaving: !values['no-save'] && !values.quick,
    isDrawOnly: values.draw,
    isHelp: values.help,
  };
}
