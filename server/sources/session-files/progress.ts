import { open } from 'node:fs/promises';

import { z } from 'zod';

import type { SourceDeps } from '../source.ts';
import type { FileChunk } from './file-chunk.ts';
import { readChunk } from './file-chunk.ts';
import type { SessionFile } from './session-files.ts';

/**
 * Where a file was left, saved with what was read of it. Nothing is kept in memory between two
 * readings: the place and what is known of the file come from the store, where they went with the drafts.
 */
export interface Progress<S> {
  readonly offset: number;
  readonly isSkipping: boolean;
  /** What is known of the file by its lines so far. */
  readonly state: S;
}

/** For the delivery of what was read up to there. */
export function progressCursor<S>(
  { name }: SessionFile,
  progress: Progress<S>,
): Record<string, string> {
  return { [cursorName(name)]: JSON.stringify(progress) };
}

export async function loadProgress<S>(
  file: SessionFile,
  stateSchema: z.ZodType<S>,
  deps: Pick<SourceDeps, 'getCursor'> & { readonly begin: () => S | Promise<S> },
): Promise<Progress<S>> {
  const saved = await deps.getCursor(cursorName(file.name));
  const schema = z.object({
    offset: z.number().int().min(0),
    isSkipping: z.boolean(),
    state: stateSchema,
  });
  const left = saved === null ? null : schema.parse(JSON.parse(saved));
  // Shorter than what was read: it was written anew. What is known of it is known by its keys.
  if (left !== null && file.size >= left.offset) return left;
  return { offset: 0, isSkipping: false, state: await deps.begin() };
}

/** Takes the file's lines chunk after chunk, until it has no more. @returns how far that came */
export async function readOn<S>(
  file: SessionFile,
  from: Progress<S>,
  deps: {
    readonly isStopped: () => boolean;
    /** Delivers a chunk. @returns the progress that went with it */
    readonly take: (chunk: FileChunk, before: Progress<S>) => Promise<Progress<S>>;
  },
): Promise<Progress<S>> {
  if (file.size === from.offset) return from;
  const handle = await open(file.path);
  let progress = from;
  try {
    while (!deps.isStopped()) {
      const chunk = await readChunk(handle, progress);
      if (chunk.offset === progress.offset) break;
      progress = await deps.take(chunk, progress);
    }
    return progress;
  } finally {
    await handle.close();
  }
}

function cursorName(file: string): string {
  return `file:${file}`;
}
