import type { BatchWriter, WrittenEvent } from './batch-frames.ts';
import type { BatchFrame } from './frame-ring.ts';
import type { LiveSelection } from './live-selection.ts';
import type { Subject } from './socket-filters.ts';
import { subjectOf } from './socket-filters.ts';

export interface LiveSubscriber {
  /** Whole WebSocket frames, ready for the wire. */
  onBatch(wire: Buffer): void;
}

/** What one flush hands out. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  readonly events: readonly WrittenEvent[];
  /** All of it, in frames. */
  readonly frames: readonly BatchFrame[];
  /** What filters look at, one per event, worked out when the first of them asks. */
  readonly subjects: () => readonly Subject[];
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
  { passes }: LiveSelection,
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
      if (passes === null) return send(batch.frames, batch.to);
      const subjects = batch.subjects();
      const own = batch.events.filter((_, index) => {
        const subject = subjects[index];
        return subject !== undefined && passes(subject);
      });
      // A batch without an event for them costs its readers no write: the next one covers it.
      if (own.length > 0) send(writer.write(position, batch.to, own), batch.to);
    },
    align(to) {
      if (position < to) send(writer.write(position, to, []), to);
    },
    add: (subscriber) => void members.add(subscriber),
    delete: (subscriber) => void members.delete(subscriber),
  };
}

/** A batch of a flush; its subjects are worked out at most once. */
export function createBatch(
  range: { from: number; to: number },
  events: readonly WrittenEvent[],
  frames: readonly BatchFrame[],
): Batch {
  let subjects: readonly Subject[] | null = null;
  return {
    ...range,
    events,
    frames,
    subjects: () => (subjects ??= events.map(({ event }) => subjectOf(event))),
  };
}
