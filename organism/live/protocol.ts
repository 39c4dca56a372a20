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
 * position. History: 1 first version; since then, resume takes a filter.
 */
export const LIVE_SUBPROTOCOL = 'organoscope.v1';

/** Names in one part of a filter. */
const MAX_FILTER_NAMES = 1000;
const names = z.array(z.string().max(256)).max(MAX_FILTER_NAMES).nullish();

/**
 * Which events to send. Batches then hold only those that pass every part, over the same contiguous
 * ranges, so that a resume stays exact. Absent, null and empty parts pass everything, and an event
 * without a thread or an agent passes that part. A snapshot is always of the whole organism.
 */
const liveFilterSchema = z.strictObject({
  /** Types of events, as in `organism/event.ts`. */
  types: names,
  /** The event's agent, or either end of a message. */
  agents: names,
  threads: names,
});
export type LiveFilter = z.infer<typeof liveFilterSchema>;

export const liveResumeSchema = z.object({
  cmd: z.literal('resume'),
  /** Absent: the only organism, or the first configured. */
  organism: z.string().max(256).nullish(),
  /** Identity of the store the position belongs to; absent on a first visit. */
  epoch: z.string().max(64).nullish(),
  since: z.number().int().min(0).nullish(),
  filter: liveFilterSchema.nullish(),
});
export type LiveResume = z.infer<typeof liveResumeSchema>;

export const journalEventsSchema = z.array(
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
    events: journalEventsSchema,
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

export const LIVE_HEARTBEAT_MS = 2500;
/**
 * A client that hears nothing for this long is stale: two beats and a little, so that a server that
 * stood still for three seconds is not yet one that is gone.
 */
export const LIVE_STALE_MS = 5800;
