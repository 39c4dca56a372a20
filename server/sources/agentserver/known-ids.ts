import { createBoundedMap } from '../bounded-map.ts';

/** Ids already delivered by this process; reading one again is no news. */
export interface KnownIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** Twice what the upstream itself can list; forgetting one costs a duplicate, which the journal folds. */
const MAX_KNOWN_IDS = 20_000;

/** Bounded: the oldest id is forgotten first. */
export function createKnownIds(max: number = MAX_KNOWN_IDS): KnownIds {
  const ids = createBoundedMap<true>(max);
  return { has: (id) => ids.has(id), add: (id) => ids.set(id, true) };
}
