import { open } from 'node:fs/promises';

import { z } from 'zod';

import { readChunk } from '../session-files/file-chunk.ts';
import type { SessionFile } from '../session-files/session-files.ts';
import type { SourceDeps } from '../source.ts';
import { threadInName } from './names.ts';
import { fileStateSchema, newFile, readRollout } from './rollout-reader.ts';
import { readRolloutLine } from './rollout-wire.ts';
import { ledgerCursors, ledgerTurns, loadLedgers } from './thread-book.ts';

/** Where a file was left, saved with what was read of it. */
const progressSchema = z.object({
  offset: z.number().int().min(0),
  isSkipping: z.boolean(),
  state: fileStateSchema,
});
type Progress = z.infer<typeof progressSchema>;

export interface SessionReaderDeps extends Pick<SourceDeps, 'deliver' | 'getCursor'> {
  /** This machine's name. */
  readonly host: string;
  readonly isStopped: () => boolean;
}

/**
 * Reads what a session file has more than at the last reading. Nothing is kept in memory: the place
 * in the file and what is known of it come from the store, where they went with the drafts.
 */
export async function readSession(file: SessionFile, deps: SessionReaderDeps): Promise<void> {
  const cursor = `file:${file.name}`;
  const saved = await deps.getCursor(cursor);
  const left = saved === null ? null : progressSchema.parse(JSON.parse(saved));
  // Shorter than what was read: it was written anew. What is known of it is known by its keys.
  const isAnew = left === null || file.size < left.offset;
  let progress: Progress = isAnew ? begin(file, deps.host) : left;
  if (file.size === progress.offset) return;
  const handle = await open(file.path);
  try {
    while (!deps.isStopped()) {
      const chunk = await readChunk(handle, progress);
      if (chunk.offset === progress.offset) return;
      const before = progress;
      progress = await ledgerTurns.take(() => take(chunk, before, cursor, deps));
    }
  } finally {
    await handle.close();
  }
}

function begin({ name }: SessionFile, host: string): Progress {
  return { offset: 0, isSkipping: false, state: newFile(threadInName(name), host) };
}

async function take(
  chunk: Awaited<ReturnType<typeof readChunk>>,
  { state }: Progress,
  cursor: string,
  { deliver, getCursor, host }: SessionReaderDeps,
): Promise<Progress> {
  const lines = chunk.lines.map((line) => readRolloutLine(line));
  const head = state.isBegun
    ? undefined
    : lines
        .flatMap((reading) => (reading.kind === 'line' ? [reading.line] : []))
        .find(({ type }) => type === 'session_meta');
  const threadId = head?.payload?.id?.slice(0, 256) ?? state.threadId;
  const ledgers = await loadLedgers([threadId], getCursor);
  const reading = readRollout(lines, { state, ledger: ledgers.get(threadId) ?? null, host });
  const { offset, isSkipping } = chunk;
  const next: Progress = { offset, isSkipping, state: reading.state };
  const cursors = {
    ...ledgerCursors(new Map([[reading.state.threadId, reading.ledger]])),
    [cursor]: JSON.stringify(next),
  };
  const { drafts, rejects } = reading;
  await deliver({ drafts, rejects, cursors }, reading.state.organismId);
  return next;
}
