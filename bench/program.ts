import path from 'node:path';

import type { Program as AnyProgram } from '#server/testing/program.ts';
import { NODE_FLAGS, startProgram } from '#server/testing/program.ts';

export const ROOT = path.resolve(import.meta.dirname, '..');
/** The one of `bin/organoscope.mjs`, so that programs which start without it compare with it. */
export const COMPILE_CACHE = path.join(ROOT, 'node_modules/.cache/organoscope');

/** A program of ours that serves. */
export interface Program extends AnyProgram {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export function startLab(args: readonly string[]): Promise<Program> {
  const labArgs = ['agentserver', '--exit-with-parent', ...args];
  return start(['lab/main.ts', ...labArgs], /listening (http:\/\/\S+)/);
}

/** The server without pages. @param preload modules that Node loads before it */
export function startApi(
  args: readonly string[],
  preload: readonly string[] = [],
): Promise<Program> {
  const imports = preload.map((file) => `--import=${file}`);
  return startServer('server/testing/api-only.ts', args, imports);
}

/** What `npm start` runs. Its pages must have been built. */
export function startProduct(args: readonly string[]): Promise<Program> {
  return startServer('bin/organoscope.mjs', args);
}

/** The control for pushed events: a simple server with a commit for each. */
export function startOneCommit(database: string): Promise<Program> {
  return start(['bench/one-commit-server.ts', database], /listening (http:\/\/\S+)/);
}

/** The control for modelstat's answers: a server that only reads the JSON. */
export function startParseOnly(): Promise<Program> {
  return start(['bench/parse-only-server.ts'], /listening (http:\/\/\S+)/);
}

/** A Node that does nothing: what every start of ours contains. */
export function startNothing(): Promise<Program> {
  const script = "console.log('ready: nothing'); setInterval(() => {}, 1000)";
  return start(['--eval', script], /ready: (\S+)/);
}

function startServer(
  entry: string,
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Program> {
  const always = ['--port', '0', '--log-level', 'error'];
  return start([...NODE_FLAGS, ...nodeArgs, entry, ...always, ...args], /ready: (http:\/\/\S+)/);
}

async function start(args: readonly string[], ready: RegExp): Promise<Program> {
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE };
  const program = await startProgram({ args, cwd: ROOT, env, ready: [ready] });
  const [url = ''] = program.said;
  return {
    ...program,
    url,
    async stop() {
      await program.kill('SIGTERM');
    },
  };
}
