import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { AppError } from './app-error.ts';
import type { Config } from './config.ts';

export interface DataDirectory {
  readonly path: string;
  readonly close: () => void;
}

/**
 * The directory of the store. A demo without a chosen one keeps nothing.
 * @throws AppError `data-not-writable`
 */
export function openDataDirectory(
  config: Pick<Config, 'data' | 'isDataChosen' | 'demo'>,
): DataDirectory {
  if (config.demo && !config.isDataChosen) {
    const temporary = mkdtempSync(path.join(os.tmpdir(), 'organoscope-demo-'));
    return { path: temporary, close: () => rmSync(temporary, { recursive: true, force: true }) };
  }
  const directory = path.resolve(config.data);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new AppError('data-not-writable', `--data: cannot make the directory ${directory}`, {
      cause,
    });
  }
  return { path: directory, close: () => undefined };
}
