import type { BatchWriter, Choice, WrittenEvents } from './batch-frames.ts';
import { NO_EVENTS, joinWritten } from './batch-frames.ts';
import type { BatchIndex } from './batch-index.ts';
import { createBatchIndex } from './batch-index.ts';
import type { FrameMemory } from './frame-memory.ts';
import type { BatchFrame } from './frame-ring.ts';
import type { LiveSelection } from './live-selection.ts';

export interface LiveSubscriber {
  /** Whole WebSocket frames, ready for the wire. @returns whether they have left this process, or never will */
  onBatch(wire: Buffer): boolean;
}

/** What one flush hands out. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  readonly written: WrittenEvents;
  /** All of it, in frames. */
  readonly frames: readonly BatchFrame[];
  /** What filters look in, made when the first of them asks. */
  readonly index: () => BatchIndex;
  /** These events in frames that follow `from`, written once for all filters that chose them. */
  frameChosen(writer: BatchWriter, from: number, choice: Choice): readonly BatchFrame[];
}

/** Live clients that asked for the same: what they get is serialised once for all of them. */
export interface Audience {
  /** Journal position up to which all members have been served. */
  readonly position: number;
  readonly members: ReadonlySet<LiveSubscriber>;
  /** @param memory for what a filter leaves of it. @returns whether nothing of that is needed any more */
  serve(batch: Batch, memory: FrameMemory): boolean;
  /** Tells the members of positions without an event for them, so that all stand at `to`. */
  align(to: number): void;
  add(subscriber: LiveSubscriber): void;
  delete(subscriber: LiveSubscriber): void;
}

export function createAudience(
  selection: LiveSelection,
  start: number,
  writer: BatchWriter,
): Audience {
  const members = new Set<LiveSubscriber>();
  let position = start;

  function send(frames: readonly BatchFrame[], to: number): boolean {
    const [first, ...more] = frames.map(({ wire }) => wire);
    if (first === undefined) return true;
    const wire = more.length === 0 ? first : Buffer.concat([first, ...more]);
    position = to;
    let hasLeft = true;
    for (const member of members) hasLeft = member.onBatch(wire) && hasLeft;
    return hasLeft;
  }

  return {
    get position() {
      return position;
    },
    members,
    serve(batch, memory) {
      if (selection.passes === null) return send(batch.frames, batch.to);
      const places = batch.index().select(selection);
      const { to } = batch;
      // A batch without an event for them costs its readers no write: the next one covers it.
      if (places.length === 0) return true;
      return send(batch.frameChosen(writer, position, { places, memory }), to);
    },
    align(to) {
      if (position < to) send(writer.write(position, to, NO_EVENTS), to);
    },
    add: (subscriber) => void members.add(subscriber),
    delete: (subscriber) => void members.delete(subscriber),
  };
}

export function createBatch(
  range: { readonly from: number; readonly to: number },
  written: WrittenEvents,
  frames: readonly BatchFrame[],
): Batch {
  let index: BatchIndex | null = null;
  const chosen = new Map<readonly number[], Map<number, readonly BatchFrame[]>>();
  return {
    ...range,
    written,
    frames,
    index: () => (index ??= createBatchIndex(written.events)),
    frameChosen(writer, from, choice) {
      const { places } = choice;
      const byStart = chosen.get(places) ?? new Map<number, readonly BatchFrame[]>();
      chosen.set(places, byStart);
      const own = byStart.get(from) ?? writer.write(from, range.to, written, choice);
      byStart.set(from, own);
      return own;
    },
  };
}

/** Batches one after the other as one, for readers with a filter: what all get is not in it. */
export function joinBatches(batches: readonly Batch[], memory: FrameMemory): Batch {
  const [first, ...more] = batches;
  const last = batches.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('no batches to join');
  if (more.length === 0) return first;
  const written = joinWritten(
    batches.map((batch) => batch.written),
    memory,
  );
  return createBatch({ from: first.from, to: last.to }, written, []);
}
