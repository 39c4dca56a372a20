import { StoreError } from '#db/store.ts';

import { AppError } from '../app-error.ts';
import { readArguments } from './arguments.ts';
import { backupCommand } from './backup-command.ts';
import type { CliCommand, CliOutput, OwnCommand } from './command.ts';
import { DAMAGE, HEALTHY, USAGE } from './command.ts';
import { doctorCommand } from './doctor-command.ts';
import { createIngestCommand } from './ingest-command.ts';
import { restoreCommand } from './restore-command.ts';

/** Everything but serving, which is what `organoscope` does without a word. */
const COMMANDS: readonly (CliCommand | OwnCommand)[] = [
  backupCommand,
  restoreCommand,
  doctorCommand,
  createIngestCommand(),
];

/** @returns the exit code */
export async function runCommand(
  [word = '', ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  output: CliOutput & { readonly complain: (line: string) => void },
): Promise<number> {
  const command = COMMANDS.find(({ name }) => name === word);
  if (command === undefined) {
    const known = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
    output.complain(`organoscope: "${word}" is not a command; expected options or one of:`);
    for (const line of known) output.complain(line);
    return USAGE;
  }
  try {
    if (!('takes' in command)) return await command.run(rest, env, output);
    const args = readArguments(rest, env, command.takes);
    if (!args.wantsHelp) return await command.run(args, output);
    output.say(command.help);
    return HEALTHY;
  } catch (error) {
    if (!(error instanceof AppError || error instanceof StoreError)) throw error;
    output.complain(`organoscope ${command.name}: ${error.message}`);
    return error instanceof AppError ? USAGE : DAMAGE;
  }
}
