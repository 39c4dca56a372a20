import { parseInstant } from '#organism/instant.ts';

import { bornAtOf } from './names.ts';
import type { SpawnFields } from './spawn.ts';
import { spawnOf } from './spawn.ts';

/**
 * The session of a fork, and of a sub-agent in many builds, begins with a copy of its origin's lines,
 * written anew with the time of the copying or with their own. What they tell of was told, and billed,
 * by the origin. A turn's id is of the time when it ran first, which tells copies and own turns apart.
 */
export interface Replay {
  /** When the thread began, epoch milliseconds. */
  readonly bornAt: number;
  /** Whether turns of the origin were seen by their ids: then only such an id ends the copy. */
  readonly hasTurnIds: boolean;
}

/** Copying takes less; where turns have no ids of use, own lines come later than this. */
const COPYING_MS = 1000;

/** Epoch milliseconds; null where neither its id nor its head says. */
export function bornAtOfSession(
  threadId: string,
  head: { readonly timestamp?: string | null | undefined },
): number | null {
  return bornAtOf(threadId) ?? parseInstant(head.timestamp ?? '');
}

/** How a session begins whose head this is: null without a copy. */
export function replayOf(
  head: SpawnFields & { readonly forked_from_id?: string | null | undefined },
  bornAt: number,
): Replay | null {
  const isCopy = spawnOf(head) !== null || head.forked_from_id != null;
  return isCopy ? { bornAt, hasTurnIds: false } : null;
}

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
