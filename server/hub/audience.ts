import type { BatchWriter, WrittenEvents } from './batch-frames.ts';
import { NO_EVENTS } from './batch-frames.ts';
import type { BatchIndex } from './batch-index.ts';
import { createBatchIndex } from './batch-index.ts';
import type { BatchFrame } from './frame-ring.ts';
import type { LiveSelection } from './live-selection.ts';

export interface LiveSubscriber {
  /** Whole WebSocket frames, ready for the wire. */
  onBatch(wire: Buffer): void;
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
}

/** Live clients that asked for the same: what they get is serialised once for all of them. */
export interface Audience {
  /** Journal position up to which all members have been served. */
  readonly position: number;
  readonly members: ReadonlySet<LiveSubscriber>;
  serve(batch: Batch): void;
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

  function send(frames: readonly BatchFrame[], to: number): void {
    const [first, ...more] = frames.map(({ wire }) => wire);
    if (first === undefined) return;
    const wire = more.length === 0 ? first : Buffer.concat([first, ...more]);
    position = to;
    for (const member of members) member.onBatch(wire);
  }

  return {
    get position() {
      return position;
    },
    members,
    serve(batch) {
      if (selection.passes === null) return send(batch.frames, batch.to);
      const own = batch.index().select(selection);
      const { to, written } = batch;
      // A batch without an event for them costs its readers no write: the next one covers it.
      if (own.length > 0) send(writer.write(position, to, written, own), to);
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
  return { ...range, written, frames, index: () => (index ??= createBatchIndex(written.events)) };
}
