import { StoreError } from '#db/store.ts';

import { AppError } from '../app-error.ts';
import type { CliCommand, CliOutput, OwnCommand } from './command.ts';
import { DAMAGE, HEALTHY, USAGE } from './command.ts';

/** Everything but serving, which is what `organoscope` does without a word. Loaded when asked for. */
const COMMANDS: readonly {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<CliCommand | OwnCommand>;
}[] = [
  {
    name: 'backup',
    summary: 'copy the store into one file, while a server runs or not',
    load: async () => (await import('./backup-command.ts')).backupCommand,
  },
  {
    name: 'restore',
    summary: 'put a backup in the place of the store; what it replaces is kept',
    load: async () => (await import('./restore-command.ts')).restoreCommand,
  },
  {
    name: 'doctor',
    summary: 'read the store through and say how it is',
    load: async () => (await import('./doctor-command.ts')).doctorCommand,
  },
  {
    name: 'ingest',
    summary: 'hand what codex exec --json prints to an Organoscope',
    load: async () => (await import('./ingest-command.ts')).createIngestCommand(),
  },
  {
    name: 'daily',
    summary: 'add up the session files of Codex or Claude Code, day by day',
    load: async () => (await import('./daily-command.ts')).dailyCommand,
  },
];

/** @returns the exit code */
export async function runCommand(
  [word = '', ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  output: CliOutput & { readonly complain: (line: string) => void },
): Promise<number> {
  const known = COMMANDS.find(({ name }) => name === word);
  if (known === undefined) {
    const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
    output.complain(`organoscope: "${word}" is not a command; expected options or one of:`);
    for (const line of rows) output.complain(line);
    return USAGE;
  }
  try {
    const command = await known.load();
    if (!('takes' in command)) return await command.run(rest, env, output);
    const { readArguments } = await import('./arguments.ts');
    const args = readArguments(rest, env, command.takes);
    if (!args.wantsHelp) return await command.run(args, output);
    output.say(command.help);
    return HEALTHY;
  } catch (error) {
    if (!(error instanceof AppError || error instanceof StoreError)) throw error;
    output.complain(`organoscope ${word}: ${error.message}`);
    return error instanceof AppError ? USAGE : DAMAGE;
  }
}
