import { hostname } from 'node:os';

import type { FolderConfig } from '../session-files/folder-source.ts';
import { createFolderSource } from '../session-files/folder-source.ts';
import type { Source, SourceDeps } from '../source.ts';
import { ROLLOUT_FILE, archiveOf } from './names.ts';
import { readSession } from './session-reader.ts';

export interface CodexConfig extends FolderConfig {
  /** This machine's name, in the names of organisms. */
  readonly host?: string | undefined;
}

/**
 * A folder of Codex's session files as a source: what a developer does with Codex on this machine,
 * one organism for each folder worked in.
 */
export function createCodexSource(config: CodexConfig, deps: SourceDeps): Source {
  const { host = hostname() } = config;
  return createFolderSource(
    config,
    {
      kind: 'codex',
      title: 'Codex',
      pattern: ROLLOUT_FILE,
      besides: archiveOf,
      // Delivered by itself: the thread's ledger must be saved before standard output may ask for it.
      async readFile(file, { isStopped }) {
        await readSession(file, { ...deps, host, isStopped });
        return true;
      },
    },
    deps,
  );
}
