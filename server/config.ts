import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { AppError } from './app-error.ts';
import type { SettingName, Settings, SettingSpelling, SourceSetting } from './settings.ts';
import { SOURCE_KINDS, SPELLINGS, settingsSchema } from './settings.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly config: Config };

export interface Config extends Omit<Settings, 'source'> {
  readonly sources: readonly (SourceSetting & { readonly apiKey: string | undefined })[];
  /** Whether `data` was chosen or is the default: a demo without a choice keeps nothing. */
  readonly isDataChosen: boolean;
  /** Things worth a warning: names in the environment that mean nothing. */
  readonly warnings: readonly string[];
}

const PREFIX = 'ORGANOSCOPE_';
const SOURCE_KEY = /^ORGANOSCOPE_SOURCE_([A-Z0-9_]+)_KEY(_FILE)?$/;

const names = Object.keys(SPELLINGS).filter((name): name is SettingName => name in SPELLINGS);

/**
 * Reads the command line, then the environment, then defaults.
 * @throws AppError `invalid-setting` naming the flag or variable and what was expected
 */
export function readConfig(argv: readonly string[], env: Env): Command {
  const flags = readFlags(argv);
  if (flags['help'] === true) return { kind: 'help' };
  if (flags['version'] === true) return { kind: 'version' };

  const given: Partial<Record<SettingName, unknown>> = {};
  const origin: Partial<Record<SettingName, string>> = {};
  for (const name of names) {
    const found = readSetting(SPELLINGS[name], flags, env);
    if (found === null) continue;
    given[name] = found.value;
    origin[name] = found.origin;
  }

  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) throw invalid(parsed.error.issues, origin);
  const { source, ...rest } = parsed.data;
  return {
    kind: 'serve',
    config: {
      ...rest,
      sources: source.map((setting) => ({ ...setting, apiKey: readSourceKey(setting.name, env) })),
      isDataChosen: 'data' in given,
      warnings: unknownNames(env, source),
    },
  };
}

function readFlags(argv: readonly string[]): Record<string, unknown> {
  const options: Record<
    string,
    { type: 'string' | 'boolean'; short?: string; multiple?: boolean }
  > = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  };
  for (const { flag, takes } of Object.values(SPELLINGS)) {
    if (flag === null) continue;
    options[flag] =
      takes === 'nothing' ? { type: 'boolean' } : { type: 'string', multiple: takes === 'values' };
  }
  try {
    return parseArgs({ args: [...argv], options, allowNegative: true, strict: true }).values;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid-setting', `${detail} (see --help)`, { cause });
  }
}

function readSetting(
  spelling: SettingSpelling,
  flags: Readonly<Record<string, unknown>>,
  env: Env,
): { value: unknown; origin: string } | null {
  const { flag, env: variable, isSecret } = spelling;
  if (flag !== null && flags[flag] !== undefined)
    return { value: flags[flag], origin: `--${flag}` };
  const value = isSecret ? readSecret(variable, env) : nonEmpty(env[variable]);
  return value === undefined ? null : { value, origin: variable };
}

/** A secret stands in the variable itself or in the file that `<variable>_FILE` names. */
function readSecret(variable: string, env: Env): string | undefined {
  const direct = nonEmpty(env[variable]);
  if (direct !== undefined) return direct;
  const file = nonEmpty(env[`${variable}_FILE`]);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('invalid-setting', `${variable}_FILE: cannot read ${file}`, { cause });
  }
}

/** `my-prod` is spelt `ORGANOSCOPE_SOURCE_MY_PROD_KEY`. */
function sourceKeyVariable(name: string): string {
  return `${PREFIX}SOURCE_${name.toUpperCase().replaceAll('-', '_')}_KEY`;
}

function readSourceKey(name: string, env: Env): string | undefined {
  return readSecret(sourceKeyVariable(name), env);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function unknownNames(env: Env, sources: readonly SourceSetting[]): string[] {
  const known = new Set(Object.values(SPELLINGS).map((spelling) => spelling.env));
  for (const { env: variable, isSecret } of Object.values(SPELLINGS)) {
    if (isSecret) known.add(`${variable}_FILE`);
  }
  const ofSources = new Set(sources.map(({ name }) => sourceKeyVariable(name)));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .filter((name) => !ofSources.has(name.replace(/_FILE$/, '')))
    .map((name) =>
      SOURCE_KEY.test(name)
        ? `${name} is for no source of this start`
        : `${name} is not a setting; see --help`,
    );
}

function invalid(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
  origin: Partial<Record<SettingName, string>>,
): AppError {
  const lines = issues.map(({ path, message }) => {
    const name = names.find((candidate) => candidate === path[0]);
    return `${name === undefined ? String(path[0]) : (origin[name] ?? SPELLINGS[name].env)}: ${message}`;
  });
  return new AppError('invalid-setting', lines.join('\n'));
}

/** The text of `--help`: every flag with its environment twin. */
export function helpText(): string {
  const rows = Object.values(SPELLINGS).map(({ flag, env, placeholder, help, isSecret }) => {
    const left = flag === null ? '' : `--${flag}${placeholder === '' ? '' : ` ${placeholder}`}`;
    const twin = isSecret ? `${env}, ${env}_FILE` : env;
    return `  ${left.padEnd(28)}${help}\n${' '.repeat(30)}${twin}`;
  });
  return [
    'organoscope: watch organisms of AI agents, their token budgets and their bill',
    '',
    'usage: organoscope [options]            watch and serve',
    '       organoscope backup [FILE]        copy the store, while a server runs or not',
    '       organoscope restore FILE         put a backup in the place of the store',
    '       organoscope doctor               read the store through and say how it is',
    '       organoscope ingest codex         hand over what codex exec --json prints',
    '       organoscope daily codex          add up session files (or: claude-code)',
    'In a checkout: npm start -- …; each command has its own --help.',
    '',
    ...rows,
    `  ${'--help, -h'.padEnd(28)}this text`,
    `  ${'--version'.padEnd(28)}the version`,
    '',
    `KIND is one of ${SOURCE_KINDS.join(', ')}; without NAME= the source is called after it.`,
    'A DURATION is a number with s, m, h, d, w or y, a SIZE one with KiB, MiB, GiB or TiB: 24h, 1GiB.',
    "A source's upstream key is ORGANOSCOPE_SOURCE_<NAME>_KEY or ORGANOSCOPE_SOURCE_<NAME>_KEY_FILE.",
    'example: organoscope --source prod=agentserver+http://127.0.0.1:8080',
    '',
  ].join('\n');
}
