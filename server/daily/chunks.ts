import { closeSync, openSync, readSync } from 'node:fs';

import { MAX_LINE_BYTES } from '#server/sources/session-files/lines.ts';

const LINE_END = 10;
/** Large enough to be quick, small enough for the processor's caches to be of use. */
const CHUNK_BYTES = 256 << 10;

/**
 * Reads files through, whole lines at a time; a last line without its end counts as one. What is
 * handed over is good for that call only. A line beyond the bound is left out.
 */
export function createChunkReader(): (file: string, take: (lines: Buffer) => void) => void {
  // One for all files: memory outside the heap makes the collector run as it comes and goes.
  let buffer: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);

  return (file, take) => {
    const descriptor = openSync(file, 'r');
    try {
      readThrough(descriptor, take);
    } finally {
      closeSync(descriptor);
    }
  };

  function readThrough(descriptor: number, take: (lines: Buffer) => void): void {
    let held = 0;
    let isSkipping = false;
    for (;;) {
      const read = readSync(descriptor, buffer, held, buffer.length - held, null);
      const size = held + read;
      if (read === 0) {
        if (!isSkipping) take(buffer.subarray(0, size));
        return;
      }
      const end = buffer.subarray(0, size).lastIndexOf(LINE_END) + 1;
      if (end === 0) {
        if (size < buffer.length) held = size;
        else if (buffer.length > MAX_LINE_BYTES) [isSkipping, held] = [true, 0];
        else [buffer, held] = [Buffer.concat([buffer], buffer.length * 2), size];
        continue;
      }
      const begin = isSkipping ? buffer.indexOf(LINE_END) + 1 : 0;
      isSkipping = false;
      take(buffer.subarray(begin, end));
      buffer.copyWithin(0, end, size);
      held = size - end;
    }
  }
}

/** Where each line begins and ends; what follows the last end counts as one. */
export function eachLine(lines: Buffer, take: (begin: number, end: number) => void): void {
  for (let begin = 0; begin < lines.length;) {
    const end = endOfLine(lines, begin);
    take(begin, end);
    begin = end + 1;
  }
}

/** Where the lines with a mark in them begin and end, in their order. */
export function linesWith(lines: Buffer, mark: Buffer): [begin: number, end: number][] {
  const places: [number, number][] = [];
  for (let at = lines.indexOf(mark); at !== -1;) {
    const end = endOfLine(lines, at);
    places.push([lines.lastIndexOf(LINE_END, at) + 1, end]);
    at = lines.indexOf(mark, end);
  }
  return places;
}

function endOfLine(lines: Buffer, from: number): number {
  const end = lines.indexOf(LINE_END, from);
  return end === -1 ? lines.length : end;
}
