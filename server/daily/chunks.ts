import { closeSync, openSync, readSync } from 'node:fs';

import { MAX_LINE_BYTES } from '#server/sources/session-files/lines.ts';

const LINE_END = 10;
/** Large enough to be quick, small enough for the processor's caches to be of use. */
const CHUNK_BYTES = 4 << 20;

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

/** The lines with one of the marks in them, in their order, as text. */
export function linesWith(lines: Buffer, marks: readonly Buffer[]): string[] {
  const places = marks.flatMap((mark) => placesOf(lines, mark));
  if (marks.length > 1) places.sort(([a], [b]) => a - b);
  return places
    .filter(([begin], index) => begin !== places[index - 1]?.[0])
    .map(([begin, end]) => lines.toString('utf8', begin, end));
}

type Span = readonly [begin: number, end: number];

function placesOf(lines: Buffer, mark: Buffer): Span[] {
  const places: Span[] = [];
  for (let at = lines.indexOf(mark); at !== -1;) {
    const begin = lines.lastIndexOf(LINE_END, at) + 1;
    const next = lines.indexOf(LINE_END, at);
    const end = next === -1 ? lines.length : next;
    places.push([begin, end]);
    at = lines.indexOf(mark, end);
  }
  return places;
}
