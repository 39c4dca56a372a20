import type { Store } from '#db/store.ts';

import type { Channel } from './channel.ts';
import type { LiveSelection } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';

/** A longer absence is told by a snapshot: it is smaller and sooner there. */
const MAX_REPLAY_EVENTS = 20_000;
const MAX_REPLAY_BYTES = 8 << 20;
const REPLAY_PAGE = 1000;

/** Where replays read. */
export interface ReplayStore {
  readonly readEvents: Store['readEvents'];
  readonly prunedThrough: Store['prunedThrough'];
}

interface Replay {
  readonly channel: Channel;
  readonly selection: LiveSelection;
  /** The position the reader stands at. */
  readonly since: number;
  /** Whether the reader still waits for this replay. */
  readonly isCurrent: () => boolean;
  readonly send: (frames: readonly Buffer[]) => void;
}

/**
 * Sends what a reader missed from the store, up to a batch boundary where memory takes over again.
 * @returns the position reached, or `too-old` when there is too much of it or a part is not kept;
 *   what it returns to a reader that waits no more means nothing
 * @throws what the store throws
 */
export async function replayMissed(
  { readEvents, prunedThrough }: ReplayStore,
  { channel, selection: { passes }, since, isCurrent, send }: Replay,
): Promise<number | 'too-old'> {
  // A boundary that exists before the read.
  const target = channel.position;
  const { organismId } = channel;
  let position = since;
  let events = 0;
  let bytes = 0;
  while (position < target) {
    const page = await readEvents({ organismId, since: position, limit: REPLAY_PAGE });
    if (!isCurrent()) return position;
    // What is no longer kept cannot be replayed: a snapshot has no holes.
    if (position < prunedThrough()) return 'too-old';
    const usable = page.filter((event) => event.seq <= target);
    const isAll = usable.length < REPLAY_PAGE;
    const to = isAll ? target : (usable.at(-1)?.seq ?? target);
    const wanted = passes === null ? usable : usable.filter((event) => passes(subjectOf(event)));
    const frames = channel.batchOf(position, to, wanted);
    events += usable.length;
    bytes += frames.reduce((sum, frame) => sum + frame.length, 0);
    if (events > MAX_REPLAY_EVENTS || bytes > MAX_REPLAY_BYTES) return 'too-old';
    send(frames);
    position = to;
  }
  return position;
}
