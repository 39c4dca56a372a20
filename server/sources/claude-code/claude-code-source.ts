import type { FolderConfig } from '../session-files/folder-source.ts';
import { createFolderSource } from '../session-files/folder-source.ts';
import type { Source, SourceDeps } from '../source.ts';
import { readTranscript } from './transcript-file.ts';

/**
 * A folder of Claude Code's transcripts as a source: what a developer does with it on this machine,
 * with no set-up. Its telemetry and its hooks tell of the same sessions under the same keys.
 */
export function createClaudeCodeSource(config: FolderConfig, deps: SourceDeps): Source {
  return createFolderSource(
    config,
    {
      kind: 'claude-code',
      title: 'Claude Code',
      pattern: /\.jsonl$/,
      readFile: (file, { gather, isStopped }) =>
        readTranscript(file, { ...gather, now: deps.now, isStopped }),
    },
    deps,
  );
}
