import type { JournalEvent } from '#organism/event.ts';
import type { LiveFrame } from '#organism/live/protocol.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import type { OrganismState } from '#organism/state.ts';

import type { ContractFrame } from './contract-frames.ts';
import { toContractFrames } from './contract-frames.ts';
import type { BatchFrame } from './frame-ring.ts';
import { FrameRing } from './frame-ring.ts';
import type { Publication } from './organisms.ts';
import type { Timers } from './timers.ts';

/** A display shows 60 pictures a second: more batches than that only cost system calls. */
const BATCH_INTERVAL_MS = 16;
/** A batch in one frame; a larger one is cut, so that no reader swallows megabytes at once. */
const MAX_FRAME_EVENTS = 1000;
const MAX_FRAME_BYTES = 1 << 20;
/** About half a minute at 60 batches a second, or less when batches are large. */
const RING_BOUNDS = { maxFrames: 2048, maxBytes: 16 << 20 };

export type ResetReason = Extract<LiveFrame, { kind: 'reset' }>['reason'];

export interface LiveSubscriber {
  onBatches(frames: readonly Buffer[]): void;
}
export interface ContractSubscriber {
  onFrames(frames: readonly ContractFrame[]): void;
}

/** One organism's stream: collects what is published and hands it on, serialised once for all. */
export interface Channel {
  readonly organismId: string;
  /** Journal position up to which subscribers have been served. */
  readonly position: number;
  readonly state: OrganismState;
  publish(publication: Publication): void;
  /** Sends what waits. After it, `position` is the picture's own position. */
  flush(): void;
  batchesAfter(position: number): readonly Buffer[] | null;
  batchOf(from: number, to: number, events: readonly JournalEvent[]): readonly Buffer[];
  reset(reason: ResetReason): Buffer;
  heartbeat(): Buffer;
  readonly live: Set<LiveSubscriber>;
  readonly contract: Set<ContractSubscriber>;
  stop(): void;
}

export function createChannel(deps: {
  initial: OrganismState;
  epoch: string;
  now: () => number;
  timers: Timers;
}): Channel {
  const { epoch, now, timers } = deps;
  const epochJson = JSON.stringify(epoch);
  const ring = new FrameRing(RING_BOUNDS);
  const live = new Set<LiveSubscriber>();
  const contract = new Set<ContractSubscriber>();
  let state = deps.initial;
  let flushed = deps.initial;
  let position = deps.initial.seq;
  let pending: JournalEvent[] = [];
  let cancelTimer: (() => void) | null = null;
  let snapshot: { of: OrganismState; json: string } | null = null;

  /** The first batch after a quiet spell goes at once, the next ones at most once per interval. */
  function schedule(): void {
    cancelTimer ??= timers.setImmediate(() => {
      cancelTimer = null;
      flush();
    });
  }

  function coolDown(): void {
    cancelTimer?.();
    cancelTimer = timers.setTimeout(() => {
      cancelTimer = null;
      if (pending.length > 0) flush();
    }, BATCH_INTERVAL_MS);
  }

  function flush(): void {
    if (pending.length === 0) return;
    const events = pending;
    const before = flushed;
    pending = [];
    flushed = state;
    const frames = cutIntoFrames(epochJson, position, state.seq, events);
    position = state.seq;
    for (const frame of frames) ring.push(frame);
    if (live.size > 0) {
      const sealed = frames.map(seal);
      for (const subscriber of live) subscriber.onBatches(sealed);
    }
    if (contract.size > 0) {
      const contractFrames = toContractFrames(events, before, state);
      for (const subscriber of contract) subscriber.onFrames(contractFrames);
    }
    coolDown();
  }

  /** The clock goes on last, so that a batch sent again from the ring tells the truth. */
  function seal(frame: BatchFrame): Buffer {
    return Buffer.concat([frame.bytes, Buffer.from(`,"sentAt":${now()}}`)]);
  }

  return {
    organismId: deps.initial.organismId,
    get position() {
      return position;
    },
    get state() {
      return state;
    },
    publish(publication) {
      state = publication.state;
      for (const event of publication.events) pending.push(event);
      schedule();
    },
    flush,
    batchesAfter: (since) => ring.after(since)?.map(seal) ?? null,
    batchOf: (from, to, events) => cutIntoFrames(epochJson, from, to, events).map(seal),
    reset(reason) {
      if (snapshot?.of !== state) {
        snapshot = { of: state, json: JSON.stringify(toSnapshot(state)) };
      }
      return Buffer.from(
        `{"kind":"reset","epoch":${epochJson},"reason":"${reason}","to":${position},"snapshot":${snapshot.json},"sentAt":${now()}}`,
      );
    },
    heartbeat: () =>
      Buffer.from(JSON.stringify({ kind: 'heartbeat', epoch, to: position, sentAt: now() })),
    live,
    contract,
    stop() {
      cancelTimer?.();
      cancelTimer = null;
      pending = [];
    },
  };
}

/** Contiguous frames over `(from, to]`; the last one reaches `to` even when no event does. */
function cutIntoFrames(
  epochJson: string,
  from: number,
  to: number,
  events: readonly JournalEvent[],
): BatchFrame[] {
  const frames: BatchFrame[] = [];
  let parts: string[] = [];
  let bytes = 0;
  let start = from;
  const close = (end: number): void => {
    const head = `{"kind":"batch","epoch":${epochJson},"from":${start},"to":${end},"events":[`;
    frames.push({ from: start, to: end, bytes: Buffer.from(`${head}${parts.join(',')}]`) });
    start = end;
    parts = [];
    bytes = 0;
  };
  for (const [index, event] of events.entries()) {
    const json = JSON.stringify(event);
    parts.push(json);
    bytes += json.length;
    const isLast = index === events.length - 1;
    const isFull = parts.length >= MAX_FRAME_EVENTS || bytes >= MAX_FRAME_BYTES;
    if (isFull && !isLast) close(event.seq);
  }
  close(to);
  return frames;
}
