import path from 'node:path';

import type { Exit, Program } from './program.ts';
import { NODE_FLAGS, runProgram, startProgram } from './program.ts';

const ENTRY = path.join(import.meta.dirname, 'api-only.ts');

/** A server process of ours: the real one without pages. */
export interface ServerProcess extends Omit<Program, 'kill'> {
  readonly url: string;
  readonly loginUrl: string;
  /** Sends the signal, waits for the end, and gives the exit code. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts it on a free port and resolves when it is ready; rejects with its words when it ends first.
 * @param preload files that Node loads first, in every thread
 */
export async function startServer(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  preload: readonly string[] = [],
): Promise<ServerProcess> {
  const program = await startProgram({
    args: [
      ...NODE_FLAGS,
      ...preload.flatMap((file) => ['--import', file]),
      ...commandOf(['--port', '0', ...args]),
    ],
    env,
    ready: [/is ready: (http:\/\/\S+)/, /open this link once: (http:\/\/\S+)/],
  });
  const [url = '', loginUrl = ''] = program.said;
  return { ...program, url, loginUrl, kill: async (signal) => (await program.kill(signal)).code };
}

/** Starts it where it must refuse: resolves with how it ended. */
export function startAndFail(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Exit> {
  return runProgram({ args: commandOf(args), env });
}

function commandOf(args: readonly string[]): string[] {
  return [ENTRY, '--log-level', 'error', ...args];
}
