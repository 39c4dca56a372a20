import { z } from 'zod';

import type { JournalEvent } from '../event.ts';
import { organismSnapshotSchema } from '../snapshot.ts';

/**
 * The `organoscope.v1` subprotocol of `/ws`.
 *
 * A client says where it stands; the server answers with everything after that position, in order,
 * or with a reset that carries a snapshot. After that it sends batches. Positions are journal
 * positions of the whole store, so a batch says which range it covers (`from` exclusive, `to`
 * inclusive) and holds only this organism's events: a client is contiguous when `from` is its own
 * position. History: 1 first version.
 */
export const LIVE_SUBPROTOCOL = 'organoscope.v1';

export const liveResumeSchema = z.object({
  cmd: z.literal('resume'),
  /** Absent: the only organism, or the first configured. */
  organism: z.string().max(256).nullish(),
  /** Identity of the store the position belongs to; absent on a first visit. */
  epoch: z.string().max(64).nullish(),
  since: z.number().int().min(0).nullish(),
});
export type LiveResume = z.infer<typeof liveResumeSchema>;

const journalEvents = z.array(
  z.custom<JournalEvent>(
    (value) => typeof value === 'object' && value !== null && 'seq' in value && 'type' in value,
  ),
);

export const liveFrameSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('batch'),
    epoch: z.string(),
    from: z.number().int(),
    to: z.number().int(),
    events: journalEvents,
    /** Our clock when the batch left: the client's lag is measured against it. */
    sentAt: z.number(),
  }),
  z.object({
    kind: z.literal('reset'),
    epoch: z.string(),
    /** Why no resume: `first` visit, another `epoch`, a position `too-old`, a `slow` reader. */
    reason: z.enum(['first', 'epoch', 'too-old', 'slow']),
    /** The position to go on from: of the whole store, so at or after the snapshot's own `seq`. */
    to: z.number().int(),
    snapshot: organismSnapshotSchema,
    sentAt: z.number(),
  }),
  /** Sent when nothing happens, so that silence is never taken for health. */
  z.object({
    kind: z.literal('heartbeat'),
    epoch: z.string(),
    /** The last position sent to this client: one that stands before it has lost something. */
    to: z.number().int(),
    sentAt: z.number(),
  }),
  z.object({
    kind: z.literal('error'),
    code: z.enum(['unknown-organism', 'bad-command']),
    detail: z.string(),
  }),
]);
export type LiveFrame = z.infer<typeof liveFrameSchema>;

/** A client that hears nothing for this long is stale: the server beats three times as often. */
export const LIVE_STALE_MS = 6000;
export const LIVE_HEARTBEAT_MS = 2000;
