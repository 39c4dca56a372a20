import path from 'node:path';

import { clip } from '../drafts.ts';
import type { FileChunk } from '../session-files/file-chunk.ts';
import type { Progress } from '../session-files/progress.ts';
import { loadProgress, progressCursor, readOn } from '../session-files/progress.ts';
import type { SessionFile } from '../session-files/session-files.ts';
import type { SourceDeps } from '../source.ts';
import { threadInName } from './names.ts';
import { readRollout } from './rollout-reader.ts';
import { readRolloutLine } from './rollout-wire.ts';
import type { FileState } from './session-head.ts';
import { fileStateSchema, newFile } from './session-head.ts';
import { ledgerCursors, ledgerTurns, loadLedgers } from './thread-book.ts';

export interface SessionReaderDeps extends Pick<SourceDeps, 'deliver' | 'getCursor'> {
  /** This machine's name. */
  readonly host: string;
  readonly isStopped: () => boolean;
}

/** Reads what a session file has more than at the last reading, wherever it lay then. */
export async function readSession(found: SessionFile, deps: SessionReaderDeps): Promise<void> {
  const { getCursor, host, isStopped } = deps;
  // Archived, it keeps its name: how far it is read is kept under that, and not under its folder.
  const file = { ...found, name: path.posix.basename(found.name) };
  const begin = (): FileState => newFile(threadInName(file.name), host);
  const left = await loadProgress(file, fileStateSchema, { getCursor, begin });
  await readOn(file, left, {
    isStopped,
    take: (chunk, { state }) => ledgerTurns.take(() => take(chunk, state, file, deps)),
  });
}

async function take(
  chunk: FileChunk,
  state: FileState,
  file: SessionFile,
  { deliver, getCursor, host }: SessionReaderDeps,
): Promise<Progress<FileState>> {
  const lines = chunk.lines.map((line) => readRolloutLine(line));
  const head = state.isBegun
    ? undefined
    : lines
        .flatMap((reading) => (reading.kind === 'line' ? [reading.line] : []))
        .find(({ type }) => type === 'session_meta');
  const threadId = clip(head?.payload?.id ?? state.threadId);
  const ledgers = await loadLedgers([threadId], getCursor);
  const reading = readRollout(lines, { state, ledger: ledgers.get(threadId) ?? null, host });
  const { offset, isSkipping } = chunk;
  const progress = { offset, isSkipping, state: reading.state };
  const cursors = {
    ...ledgerCursors(new Map([[reading.state.threadId, reading.ledger]])),
    ...progressCursor(file, progress),
  };
  const { drafts, rejects } = reading;
  await deliver({ drafts, rejects, cursors }, reading.state.organismId);
  return progress;
}
