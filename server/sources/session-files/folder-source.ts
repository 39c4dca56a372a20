import { fileURLToPath } from 'node:url';

import type { SourceKind } from '../../settings.ts';
import { createPolledSource } from '../polled-source.ts';
import type { Source, SourceDeps } from '../source.ts';
import type { Gather } from './gather.ts';
import { createGather } from './gather.ts';
import type { SessionFile } from './session-files.ts';
import { createSessionFiles } from './session-files.ts';

/** A source that is a folder of this machine. */
export interface FolderConfig {
  readonly name: string;
  /** `file:///home/me/.codex/sessions` */
  readonly url: string;
  readonly organismId: string;
}

/** What a file is read with. */
export interface FileReading {
  /** Takes what is read in place of the source's own `deliver`. */
  readonly gather: Pick<Gather, 'deliver' | 'getCursor'>;
  readonly isStopped: () => boolean;
}

/** Between two looks at the files while someone watches. */
const POLL_MS = 1000;

/** A folder of files that a runtime writes its sessions into. They are only ever read. */
export function createFolderSource(
  config: FolderConfig,
  runtime: {
    readonly kind: SourceKind;
    /** For people. */
    readonly title: string;
    /** Names of its files. */
    readonly pattern: RegExp;
    /** Another folder that files are moved to, which need not be there. */
    readonly besides?: (root: string) => string | null;
    /** @returns whether nothing is left to do before the file changes */
    readonly readFile: (file: SessionFile, reading: FileReading) => Promise<boolean>;
  },
  deps: SourceDeps,
): Source {
  const { name, url, organismId } = config;
  const { kind, title, pattern, besides, readFile } = runtime;
  const root = fileURLToPath(url);
  const files = createSessionFiles({ root, besides: besides?.(root) ?? null, pattern }, deps);

  return createPolledSource(
    {
      description: { name, kind, url, organismId },
      intervalMs: POLL_MS,
      async read(isStopped) {
        const gather = createGather(deps);
        const reading = { gather, isStopped };
        try {
          for (const file of await files.changed()) {
            if (isStopped()) return;
            if (await readFile(file, reading)) gather.afterwards(() => files.note(file));
          }
        } finally {
          await gather.flush();
        }
      },
      explain: (error) => ({
        reason: `${root}: ${error instanceof Error ? error.message : String(error)}`,
      }),
      notices: () =>
        files.ignored === 0 ? [] : [`${files.ignored} session files are not watched`],
      noCommands: `session files are read; ${title} is not reached`,
    },
    deps,
  );
}
