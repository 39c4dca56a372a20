/** The real server without pages, for tests that start and kill it often: no build is needed. */
import path from 'node:path';

import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { Pages } from '../pages.ts';
import { startRuntime } from '../runtime.ts';

const NO_PAGES: Pages = {
  prepare: () => Promise.resolve(),
  handle(_request, response) {
    response.writeHead(404).end();
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

const command = readConfig(process.argv.slice(2), process.env);
if (command.kind !== 'serve') throw new Error('expected to serve');
const runtime = await startRuntime({
  config: command.config,
  root: path.resolve(import.meta.dirname, '../..'),
  version: 'test',
  pages: NO_PAGES,
  log: createLog(command.config.logLevel),
  say: (line) => process.stdout.write(`${line}\n`),
  onStoreFailure: () => process.exit(1),
});
process.on('SIGTERM', () => {
  void runtime.stop().then(() => process.exit(0));
});
