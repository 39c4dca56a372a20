import { z } from 'zod';

import { bornAtOf } from './names.ts';

/**
 * The session of a fork, and of a sub-agent in many builds, begins with a copy of its origin's lines,
 * written anew with the time of the copying or with their own. What they tell of was told, and billed,
 * by the origin. A turn's id is of the time when it ran first, which tells copies and own turns apart.
 */
export const replaySchema = z.object({
  /** When the thread began, epoch milliseconds. */
  bornAt: z.number(),
  /** Whether turns of the origin were seen by their ids: then only such an id ends the copy. */
  hasTurnIds: z.boolean(),
});
export type Replay = z.infer<typeof replaySchema>;

/** Copying takes less; where turns have no ids of use, own lines come later than this. */
const COPYING_MS = 1000;

/** @returns null when the line is the thread's own, and so is all that follows */
export function replayAfter(
  replay: Replay,
  line: { readonly turnId: string | null; readonly at: number },
): Replay | null {
  const { bornAt } = replay;
  const turnAt = bornAtOf(line.turnId ?? '');
  if (turnAt !== null) return turnAt >= bornAt ? null : { bornAt, hasTurnIds: true };
  const isLate = !replay.hasTurnIds && line.at > bornAt + COPYING_MS;
  return isLate ? null : replay;
}
