import { homedir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { isTimeZone } from '#organism/time-zone.ts';

import { AppError } from '../app-error.ts';
import { addUp } from '../daily/daily.ts';
import type { DayTotals } from '../daily/day-totals.ts';
import type { SessionKind } from '../daily/share.ts';
import type { OwnCommand } from './command.ts';
import { HEALTHY } from './command.ts';
import { countWords } from './words.ts';

const HELP = `usage: organoscope daily codex|claude-code [options]

Says what the session files of this machine add up to, day by day. Only reads them: no
store, no server. A call that several lines or files tell of counts once.

  --dir FOLDER     where they are ($CODEX_HOME/sessions, $CLAUDE_CONFIG_DIR/projects);
                   beside a folder "sessions", "archived_sessions" is read too
  --timezone ZONE  where days begin (that of this machine)
  --json           for programs

exit code: 0 done, 2 wrong usage
`;

const NANOS_PER_USD = 1e9;

type Env = Readonly<Record<string, string | undefined>>;

export const dailyCommand: OwnCommand = {
  name: 'daily',
  async run(argv, env, { say }) {
    const { values, positionals } = parse(argv);
    if (values.help) {
      say(HELP);
      return HEALTHY;
    }
    const kind = kindOf(positionals);
    const zone = values.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!isTimeZone(zone)) throw invalid(`--timezone: "${zone}" is not a time zone`);
    const days = await daysIn(kind, values.dir ?? defaultFolder(kind, env), zone);
    if (values.json) say(JSON.stringify({ kind, timezone: zone, days }));
    else for (const line of tableOf(days)) say(line);
    return HEALTHY;
  },
};

function kindOf([kind, ...rest]: readonly string[]): SessionKind {
  const isKnown = kind === 'codex' || kind === 'claude-code';
  if (!isKnown || rest.length > 0) throw invalid('expected codex or claude-code');
  return kind;
}

async function daysIn(kind: SessionKind, folder: string, zone: string): Promise<DayTotals[]> {
  try {
    return await addUp(kind, { root: folder, zone });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid-setting', `${folder}: ${words}`, { cause });
  }
}

function parse(argv: readonly string[]) {
  const options = {
    dir: { type: 'string' },
    timezone: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause));
  }
}

function defaultFolder(kind: SessionKind, env: Env): string {
  if (kind === 'codex') {
    return path.join(env['CODEX_HOME'] ?? path.join(homedir(), '.codex'), 'sessions');
  }
  return path.join(env['CLAUDE_CONFIG_DIR'] ?? path.join(homedir(), '.claude'), 'projects');
}

const HEADINGS = [
  'day',
  'calls',
  'input',
  'cache read',
  'cache write',
  'output',
  'reasoning',
  'USD',
];

function tableOf(days: readonly DayTotals[]): string[] {
  const rows = days.map(({ date, calls, tokens, costNanos, unpricedCalls }) => {
    const { inputFresh, cacheRead, cacheWrite, outputVisible, reasoning } = tokens;
    const counts = [calls, inputFresh, cacheRead, cacheWrite, outputVisible, reasoning];
    const usd = (costNanos / NANOS_PER_USD).toFixed(2);
    const unpriced = unpricedCalls === 0 ? '' : ` + ${countWords(unpricedCalls)} unpriced`;
    return [date, ...counts.map((count) => countWords(count)), `${usd}${unpriced}`];
  });
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) => row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  '));
}

function invalid(message: string): AppError {
  return new AppError('invalid-setting', `${message} (see --help)`);
}
