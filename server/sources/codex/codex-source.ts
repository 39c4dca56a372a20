import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';

import { createPolledSource } from '../polled-source.ts';
import { createSessionFiles } from '../session-files/session-files.ts';
import type { Source, SourceDeps } from '../source.ts';
import { readSession } from './session-reader.ts';

export interface CodexConfig {
  readonly name: string;
  /** `file:///home/me/.codex/sessions` */
  readonly url: string;
  readonly organismId: string;
  /** This machine's name, in the names of organisms. */
  readonly host?: string | undefined;
}

const SESSION_FILE = /^rollout-.*\.jsonl$/;
/** Between two looks at the files while someone watches. */
const POLL_MS = 1000;

/**
 * A folder of Codex's session files as a source: what a developer does with Codex on this machine,
 * one organism for each folder worked in. Files are only ever read.
 */
export function createCodexSource(config: CodexConfig, deps: SourceDeps): Source {
  const { name, url, organismId, host = hostname() } = config;
  const root = fileURLToPath(url);
  const files = createSessionFiles({ root, pattern: SESSION_FILE }, deps);

  return createPolledSource(
    {
      description: { name, kind: 'codex', url, organismId },
      intervalMs: POLL_MS,
      async read(isStopped) {
        for (const file of await files.changed()) {
          if (isStopped()) return;
          await readSession(file, { ...deps, host, isStopped });
          files.note(file);
        }
      },
      explain: (error) => ({
        reason: `${root}: ${error instanceof Error ? error.message : String(error)}`,
      }),
      notices: () =>
        files.ignored === 0 ? [] : [`${files.ignored} older session files are not watched`],
      noCommands: 'session files are read; Codex is not reached',
    },
    deps,
  );
}
