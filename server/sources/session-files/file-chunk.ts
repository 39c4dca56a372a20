import type { FileHandle } from 'node:fs/promises';

import { MAX_LINE_BYTES } from './lines.ts';

const CHUNK_BYTES = 1 << 20;
const LINE_END = 10;

/** Whole lines from a place in a file. */
export interface FileChunk {
  readonly lines: readonly string[];
  /** Behind the last whole line, where the next reading begins. */
  readonly offset: number;
  /** In the middle of a line that is too long: what follows up to its end belongs to it. */
  readonly isSkipping: boolean;
}

/**
 * Reads the next whole lines; none when the file has no more. A last line without its end stays for
 * the next reading. Of a line beyond the bound its first bytes come, too many of them to be taken.
 */
export async function readChunk(
  handle: FileHandle,
  from: { readonly offset: number; readonly isSkipping: boolean },
  maxLineBytes: number = MAX_LINE_BYTES,
): Promise<FileChunk> {
  if (from.isSkipping) return skip(handle, from.offset);
  for (let size = Math.min(CHUNK_BYTES, maxLineBytes + 1); ; size = grown(size, maxLineBytes)) {
    const bytes = await readAt(handle, from.offset, size);
    const end = bytes.lastIndexOf(LINE_END);
    if (end !== -1) {
      const lines = bytes.subarray(0, end).toString('utf8').split('\n');
      return { lines, offset: from.offset + end + 1, isSkipping: false };
    }
    if (bytes.length < size) return { lines: [], offset: from.offset, isSkipping: false };
    if (size > maxLineBytes) {
      const lines = [bytes.toString('utf8')];
      return { lines, offset: from.offset + bytes.length, isSkipping: true };
    }
  }
}

function grown(size: number, maxLineBytes: number): number {
  return Math.min(size * 2, maxLineBytes + 1);
}

async function skip(handle: FileHandle, offset: number): Promise<FileChunk> {
  const bytes = await readAt(handle, offset, CHUNK_BYTES);
  const end = bytes.indexOf(LINE_END);
  const skipped = end === -1 ? bytes.length : end + 1;
  return { lines: [], offset: offset + skipped, isSkipping: end === -1 };
}

async function readAt(handle: FileHandle, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, offset);
  return buffer.subarray(0, bytesRead);
}
