import { z } from 'zod';

import type { LiveFrame } from '#organism/live/protocol.ts';
import { journalEventsSchema } from '#organism/live/protocol.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import type { OrganismState } from '#organism/state.ts';

import type { BatchWriter } from './batch-frames.ts';
import { sentAtTail, writeOut } from './batch-frames.ts';
import type { BatchFrame } from './frame-ring.ts';
import { FrameRing } from './frame-ring.ts';
import type { LiveSelection } from './live-selection.ts';
import { subjectOf } from './socket-filters.ts';
import { textFrameHeader } from './text-frame.ts';

/** Some seconds of a busy organism, minutes of a quiet one. */
const RING_BOUNDS = { maxFrames: 2048, maxBytes: 16 << 20 };
/** Kept frames that are read again for one filtered reader; beyond, it reads the store. */
const MAX_REREAD_BYTES = 1 << 20;

export type ResetReason = Extract<LiveFrame, { kind: 'reset' }>['reason'];

/** What memory has for those who come back: the newest batches, and a snapshot to start over from. */
export interface CatchUp {
  keep(frames: readonly BatchFrame[]): void;
  /** Everything over `(since, to]`, or null when memory has it not. `to` is where the last frame ends. */
  after(since: number, to: number, selection: LiveSelection): readonly Buffer[] | null;
  /** A snapshot and everything after it up to `to`, which is where `state` stands. */
  reset(at: Standing, reason: ResetReason, selection: LiveSelection): readonly Buffer[];
  clear(): void;
}

interface Standing {
  readonly state: OrganismState;
  readonly to: number;
}

interface KeptSnapshot {
  readonly position: number;
  readonly json: Buffer;
  /** Of the batches after it. */
  bytesSince: number;
}

const keptFrameSchema = z.object({ events: journalEventsSchema });

export function createCatchUp(deps: {
  epoch: string;
  now: () => number;
  writer: BatchWriter;
}): CatchUp {
  const { writer, now } = deps;
  const epochJson = JSON.stringify(deps.epoch);
  const ring = new FrameRing(RING_BOUNDS);
  let snapshot: KeptSnapshot | null = null;

  function reread(frames: readonly BatchFrame[], { passes }: LiveSelection): BatchFrame[] | null {
    const bytes = frames.reduce((sum, { body }) => sum + body.length, 0);
    const [first, last] = [frames[0], frames.at(-1)];
    if (first === undefined || last === undefined || bytes > MAX_REREAD_BYTES) return null;
    const events = frames
      .flatMap(({ body }) => keptFrameSchema.parse(JSON.parse(`${body.toString()}}`)).events)
      .filter((event) => passes?.(subjectOf(event)) ?? true);
    return writer.write(first.from, last.to, writeOut(events));
  }

  function after(since: number, to: number, selection: LiveSelection): readonly Buffer[] | null {
    if (since === to) return [];
    const frames = ring.after(since);
    if (frames === null) return null;
    if (selection.passes === null) return frames.flatMap((frame) => writer.again(frame));
    return reread(frames, selection)?.map(({ wire }) => wire) ?? null;
  }

  /** One snapshot serves a crowd: it is used again while what came after it is less to send. */
  function takeSnapshot(
    { state, to }: Standing,
    selection: LiveSelection,
  ): { readonly taken: KeptSnapshot; readonly since: readonly Buffer[] } {
    if (snapshot !== null && snapshot.bytesSince <= snapshot.json.length / 2) {
      const since = after(snapshot.position, to, selection);
      if (since !== null) return { taken: snapshot, since };
    }
    const json = Buffer.from(JSON.stringify(toSnapshot(state)));
    snapshot = { position: to, json, bytesSince: 0 };
    return { taken: snapshot, since: [] };
  }

  return {
    keep(frames) {
      for (const frame of frames) {
        ring.push(frame);
        if (snapshot !== null) snapshot.bytesSince += frame.body.length;
      }
    },
    after,
    reset(at, reason, selection) {
      const { taken, since } = takeSnapshot(at, selection);
      const head = Buffer.from(
        `{"kind":"reset","epoch":${epochJson},"reason":"${reason}","to":${taken.position},"snapshot":`,
      );
      const tail = Buffer.from(sentAtTail(now()));
      const header = textFrameHeader(head.length + taken.json.length + tail.length);
      return [header, head, taken.json, tail, ...since];
    },
    clear() {
      snapshot = null;
      ring.clear();
    },
  };
}
