import { hash } from 'node:crypto';

import { z } from 'zod';

import { filled } from '../plain-values.ts';
import { parseRecord } from '../session-files/lines.ts';

/**
 * Outputs that were uploaded as files, known by their lines: a file may be a part of another one, or
 * have more of it. Its own bytes cannot tell; what was taken of the others can.
 */
const savedRunSchema = z.object({
  invocation: z.string(),
  /** Of each line taken, in their order; in base64, as the tail. */
  marks: z.string(),
  /** The last line and the start of one whose end did not come, in bytes; empty when that is long. */
  tail: z.string(),
  /** The highest number of an item; -1 before the first. */
  lastItem: z.number().int(),
  /** Whether its turn has not ended. */
  isOpen: z.boolean(),
});
export const savedRunsSchema = z.array(savedRunSchema);
export type SavedRun = z.infer<typeof savedRunSchema>;

/** A file as it was sent: whole lines, and whatever stands at its ends. */
export interface SavedFile {
  readonly lines: readonly string[];
  /** All of it: a cut may be in the middle of a character. */
  readonly bytes: Buffer;
}

export interface SavedPlace {
  readonly run: SavedRun;
  /** A line's number in the run less its number in the file. */
  readonly offset: number;
  /** The file's lines, the first made whole where its start came before. */
  readonly lines: readonly string[];
}

/** Kept of an organism; a part of what is older is taken for new. */
const MAX_RUNS = 20;
const MAX_LINES = 50_000;
const MARK_BYTES = 4;
const MAX_TAIL_BYTES = 64 << 10;
/** So much in common at a cut is no chance. */
const MIN_SHARED_BYTES = 8;
const LINE_END = 10;

/** Where the lines stand in what was uploaded before; null: nowhere. The newest run is the last. */
export function findSaved(file: SavedFile, runs: readonly SavedRun[]): SavedPlace | null {
  return (
    overlapping(file, runs) ??
    firstOf(runs, (run) => inTail(file, run)) ??
    firstOf(runs, (run) => joined(file, run)) ??
    following(file, runs)
  );
}

function firstOf<T>(runs: readonly SavedRun[], find: (run: SavedRun) => T | null): T | null {
  for (const run of runs.toReversed()) {
    const found = find(run);
    if (found !== null) return found;
  }
  return null;
}

/** What begins within the last line of a run, or within the one that was cut. */
function inTail({ lines, bytes }: SavedFile, run: SavedRun): SavedPlace | null {
  const tail = Buffer.from(run.tail, 'base64');
  const at = sharedFrom(tail, bytes);
  if (at === null) return null;
  const restAt = restIn(tail);
  if (at < restAt) return { run, offset: countLines(run) - 1, lines };
  return makeWhole(run, tail.subarray(restAt, at), { lines, bytes });
}

/** Where the line that was cut begins. */
function restIn(tail: Buffer): number {
  return tail.lastIndexOf(LINE_END) + 1;
}

/** @returns where the part of `tail` begins that `bytes` begin with */
function sharedFrom(tail: Buffer, bytes: Buffer): number | null {
  const start = bytes.subarray(0, MIN_SHARED_BYTES);
  if (start.length < MIN_SHARED_BYTES) return null;
  for (let at = tail.indexOf(start); at !== -1; at = tail.indexOf(start, at + 1)) {
    if (tail.subarray(at).equals(bytes.subarray(0, tail.length - at))) return at;
  }
  return null;
}

/** What begins with the end of the line that was cut. */
function joined(file: SavedFile, run: SavedRun): SavedPlace | null {
  const tail = Buffer.from(run.tail, 'base64');
  const rest = tail.subarray(restIn(tail));
  if (rest.length === 0 || isWhole(file.lines[0] ?? '')) return null;
  const place = makeWhole(run, rest, file);
  return isWhole(place.lines[0] ?? '') ? place : null;
}

function makeWhole(run: SavedRun, start: Buffer, { lines, bytes }: SavedFile): SavedPlace {
  const end = bytes.indexOf(LINE_END);
  const line = Buffer.concat([start, bytes.subarray(0, end === -1 ? bytes.length : end)]);
  return { run, offset: countLines(run), lines: [line.toString('utf8'), ...lines.slice(1)] };
}

/** Lines that a run has too, up to the end of one of both; the most of them. */
function overlapping({ lines }: SavedFile, runs: readonly SavedRun[]): SavedPlace | null {
  const skipped = isWhole(lines[0] ?? '') ? 0 : 1;
  const end = isWhole(lines.at(-1) ?? '') ? lines.length : -1;
  const marks = marksOf(lines.slice(skipped, end));
  let best: { readonly run: SavedRun; readonly at: number; readonly count: number } | null = null;
  for (const run of marks.length === 0 ? [] : runs.toReversed()) {
    const known = Buffer.from(run.marks, 'base64');
    const at = overlapIn(known, marks);
    if (at === null) continue;
    const count = Math.min(known.length - at, marks.length);
    if (best === null || count > best.count) best = { run, at, count };
  }
  if (best === null) return null;
  return { run: best.run, offset: best.at / MARK_BYTES - skipped, lines };
}

/** @returns the first place from which on both are the same */
function overlapIn(known: Buffer, marks: Buffer): number | null {
  for (let at = 0; at < known.length; at += MARK_BYTES) {
    const count = Math.min(known.length - at, marks.length);
    if (known.compare(marks, 0, count, at, at + count) === 0) return at;
  }
  return null;
}

/** What goes on exactly where the latest run without an end was cut, by the numbers of its items. */
function following({ lines }: SavedFile, runs: readonly SavedRun[]): SavedPlace | null {
  const run = runs.findLast(({ isOpen }) => isOpen);
  if (run === undefined || !beginsInMiddle(lines)) return null;
  const first = itemNumbers(lines)[0] ?? run.lastItem;
  if (first !== run.lastItem && first !== run.lastItem + 1) return null;
  const skipped = (lines[0] ?? '').trim() === '' ? 1 : 0;
  if (!isWhole(lines[skipped] ?? '')) return null;
  return { run, offset: countLines(run) - skipped, lines };
}

/** The runs with what was taken of one of them, within bounds. */
export function withLines(
  runs: readonly SavedRun[],
  taken: {
    readonly invocation: string;
    /** New of the run. */
    readonly lines: readonly string[];
    /** How many it had before. */
    readonly before: number;
    /** The start of a line whose end did not come. */
    readonly rest: Buffer;
    readonly isOpen: boolean;
  },
): SavedRun[] {
  const { invocation, lines, before, rest, isOpen } = taken;
  const known = runs.find((run) => run.invocation === invocation);
  const others = runs.filter((run) => run !== known);
  // One that was forgotten meanwhile is not known from its middle on.
  if ((known === undefined ? 0 : countLines(known)) !== before) return others;
  const marks = Buffer.concat([Buffer.from(known?.marks ?? '', 'base64'), marksOf(lines)]);
  const last = lines.at(-1);
  const old = Buffer.from(known?.tail ?? '', 'base64');
  const whole = last === undefined ? old.subarray(0, restIn(old)) : Buffer.from(`${last}\n`);
  const tail = Buffer.concat([whole, rest]);
  const run: SavedRun = {
    invocation,
    marks: marks.toString('base64'),
    tail: tail.length > MAX_TAIL_BYTES ? '' : tail.toString('base64'),
    lastItem: itemNumbers(lines).reduce((a, b) => Math.max(a, b), known?.lastItem ?? -1),
    isOpen,
  };
  return bounded([...others, run]);
}

function bounded(runs: readonly SavedRun[]): SavedRun[] {
  let lines = 0;
  return runs
    .slice(-MAX_RUNS)
    .toReversed()
    .filter((run) => (lines += countLines(run)) <= MAX_LINES)
    .toReversed();
}

/** Whether work is told of before the thread it belongs to. */
export function beginsInMiddle(lines: readonly string[]): boolean {
  for (const line of lines) {
    const type = filled(parseRecord(line)['type']) ?? '';
    if (/^(?:thread|turn|item)\./.test(type)) return type !== 'thread.started';
  }
  return false;
}

/** Not the rest of a line that was cut, nor the start of one. */
export function isWhole(line: string): boolean {
  return Object.keys(parseRecord(line)).length > 0;
}

function countLines({ marks }: SavedRun): number {
  return Buffer.byteLength(marks, 'base64') / MARK_BYTES;
}

function marksOf(lines: readonly string[]): Buffer {
  return Buffer.concat(
    lines.map((line) => hash('sha1', line.trimEnd(), 'buffer').subarray(0, MARK_BYTES)),
  );
}

/** In their order, those of a process counted from 0. */
function itemNumbers(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const digits = /"id":"item_(\d{1,9})"/.exec(line)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}
