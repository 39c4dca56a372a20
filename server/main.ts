import { readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { StoreError } from '#db/store.ts';

import { AppError } from './app-error.ts';
import { helpText, readConfig } from './config.ts';
import { createLog } from './log.ts';
import { createPages } from './pages.ts';
import type { Runtime } from './runtime.ts';
import { startRuntime } from './runtime.ts';
import { keepHeapTight } from './tight-heap.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** A drain that takes longer than this is cut off: a supervisor would do it anyway. */
const DRAIN_TIMEOUT_MS = 10_000;

/** Starts Organoscope as the command line and the environment say. Sets the exit code; does not exit early. */
export async function main(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  makePages: typeof createPages = createPages,
): Promise<void> {
  if (argv[0] !== undefined && !argv[0].startsWith('-')) {
    const { main: runCommand } = await import('./cli/main.ts');
    return runCommand(argv, env);
  }
  try {
    const command = readConfig(argv, env);
    if (command.kind === 'help') return say(helpText());
    if (command.kind === 'version') return say(`${readVersion()}\n`);
    keepHeapTight();
    const log = createLog(command.config.logLevel);
    for (const warning of command.config.warnings) log.warn({}, warning);
    const sayLine = (line: string): void => say(`${line}\n`);
    const starting = startRuntime({
      config: command.config,
      root: ROOT,
      version: readVersion(),
      pages: makePages(ROOT, sayLine),
      log,
      say: sayLine,
      // A store that failed an fsync can promise nothing: stop at once, a supervisor restarts us.
      onStoreFailure: () => process.exit(1),
    });
    stopOnSignals(starting);
    await starting;
  } catch (error) {
    if (!(error instanceof AppError || error instanceof StoreError)) throw error;
    process.stderr.write(`organoscope: ${error.message}\n`);
    process.exit(1);
  }
}

/** From the first moment: a signal during the start stops what has been started by then. */
function stopOnSignals(starting: Promise<Runtime>): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), DRAIN_TIMEOUT_MS).unref();
    starting
      .then((runtime) => runtime.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function readVersion(): string {
  const text = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

function say(text: string): void {
  process.stdout.write(text);
}
