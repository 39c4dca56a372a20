import { z } from 'zod';

import type { ExecState } from './exec-reader.ts';
import type { Part } from './part.ts';
import type { SavedRun } from './saved-runs.ts';
import { beginsInMiddle, findSaved, isWhole, savedRunsSchema, withLines } from './saved-runs.ts';
import type { GetCursor } from './thread-book.ts';

/** Which run an uploaded file is of, remembered for its other parts and for when it comes again. */
const knownAsSchema = z.object({ invocation: z.string(), offset: z.number().int() });
type KnownAs = z.infer<typeof knownAsSchema>;

/** A part of a file in the numbers of the run it is of. */
export interface SavedPart {
  readonly part: Part;
  /** A line's number in the run less its number in the file. */
  readonly offset: number;
  /** The run began with another file. */
  readonly isOfOther: boolean;
  /** What to save although it has nothing new; null when that was done. */
  readonly known: Record<string, string> | null;
  /** The start of a line whose end did not come; empty without. */
  readonly rest: Buffer;
  /** What to save with the lines that were taken of it. */
  cursors(taken: {
    readonly lines: readonly string[];
    readonly before: ExecState;
    readonly after: ExecState;
  }): Record<string, string>;
}

/** Null when it begins in the middle of something that nobody sent. */
export async function openSaved(sent: Part, getCursor: GetCursor): Promise<SavedPart | null> {
  const aliasName = `exec-saved:${sent.invocation}`;
  const runsName = `exec-runs:${sent.launch.organismId}`;
  const saved = await getCursor(runsName);
  const runs = saved === null ? [] : savedRunsSchema.parse(JSON.parse(saved));
  const alias = await getCursor(aliasName);
  const place =
    alias === null
      ? placeOf(sent, runs)
      : { ...knownAsSchema.parse(JSON.parse(alias)), lines: sent.lines };
  if (place === null) return null;
  const { invocation, offset } = place;
  const last = place.lines.at(-1);
  const isCut = sent.isLast && last !== undefined && !isWhole(last);
  const lines = isCut ? place.lines.slice(0, -1) : place.lines;
  const rest = isCut ? lastLineOf(sent.bytes) : Buffer.of();
  const knownAs: KnownAs = { invocation, offset };
  const known = { [aliasName]: JSON.stringify(knownAs) };
  return {
    part: { ...sent, invocation, firstLine: sent.firstLine + offset, lines },
    offset,
    isOfOther: invocation !== sent.invocation,
    known: alias === null ? known : null,
    rest,
    cursors({ lines: fresh, before, after }) {
      const isOpen = after.outcome !== 'completed' && after.outcome !== 'failed';
      const taken = { invocation, lines: fresh, before: before.nextLine - 1, rest, isOpen };
      return { ...known, [runsName]: JSON.stringify(withLines(runs, taken)) };
    },
  };
}

function placeOf(
  { invocation, firstLine, lines, bytes }: Part,
  runs: readonly SavedRun[],
): (KnownAs & { readonly lines: readonly string[] }) | null {
  const own = { invocation, offset: 0, lines };
  if (firstLine > 1) return own;
  const found = findSaved({ lines, bytes }, runs);
  if (found !== null) return { ...found, invocation: found.run.invocation };
  return beginsInMiddle(lines) ? null : own;
}

const LINE_END = 10;

function lastLineOf(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === LINE_END ? bytes.length - 1 : bytes.length;
  return bytes.subarray(bytes.subarray(0, end).lastIndexOf(LINE_END) + 1, end);
}
