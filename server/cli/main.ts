import { setFlagsFromString } from 'node:v8';

import { runCommand } from './run-command.ts';

/** Commands that are over before code which is optimized for them pays for being compiled. */
const SHORT: readonly (string | undefined)[] = ['daily'];

/** Does one thing and ends, without what a server needs. Sets the exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  if (SHORT.includes(argv[0])) setFlagsFromString('--no-opt');
  process.exitCode = await runCommand(argv, env, {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    progress: (line) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
    },
  });
}
