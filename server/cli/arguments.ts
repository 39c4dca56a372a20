import { parseArgs } from 'node:util';

import { AppError } from '../app-error.ts';
import { settingsSchema, SPELLINGS } from '../settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What a command of the keeper was called with. */
export interface CommandArguments {
  readonly dataDir: string;
  readonly file: string | undefined;
  readonly isJson: boolean;
  readonly wantsHelp: boolean;
}

/** @throws AppError `invalid-setting` naming the flag or variable and what was expected */
export function readArguments(
  argv: readonly string[],
  env: Env,
  takes: { readonly file: boolean; readonly json: boolean },
): CommandArguments {
  const { values, positionals } = parse(argv, takes);
  const expected = takes.file ? 1 : 0;
  if (positionals.length > expected) {
    throw invalid(
      `"${positionals[expected] ?? ''}" is too much; expected ${takes.file ? 'one file' : 'no file'}`,
    );
  }
  const dataDir = settingsSchema.shape.data.safeParse(
    values.data ?? (env[SPELLINGS.data.env] || undefined),
  );
  if (!dataDir.success) throw invalid(`--data: ${dataDir.error.issues[0]?.message ?? ''}`);
  return {
    dataDir: dataDir.data,
    file: positionals[0],
    isJson: values.json === true,
    wantsHelp: values.help === true,
  };
}

function parse(argv: readonly string[], takes: { readonly file: boolean; readonly json: boolean }) {
  const options = {
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    json: { type: 'boolean' },
  } as const;
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    if (parsed.values.json === true && !takes.json) throw new TypeError("Unknown option '--json'");
    return parsed;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid-setting', `${detail} (see --help)`, { cause });
  }
}

function invalid(message: string): AppError {
  return new AppError('invalid-setting', message);
}
