import { createHash } from 'node:crypto';

import type { UnreadableInput } from '../source.ts';

/** Whether a reject is told for the first time: a bad row read at every poll counts once. */
export type RejectMemory = (reject: UnreadableInput) => boolean;

const MAX_REMEMBERED = 10_000;

/** Bounded: forgets all when full, which costs a second count, never a missed one. */
export function createRejectMemory(): RejectMemory {
  const remembered = new Set<string>();
  return ({ reason, detail, sample }) => {
    const digest = createHash('sha256').update(`${reason}\n${detail}\n${sample}`).digest('base64');
    if (remembered.has(digest)) return false;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.add(digest);
    return true;
  };
}
