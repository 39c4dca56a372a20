import { runCommand } from './run-command.ts';

/** Does one thing and ends, without what a server needs. Sets the exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  process.exitCode = await runCommand(argv, env, {
    say: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    progress: (line) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
    },
  });
}
