import type { UnreadableInput } from '../sources/source.ts';

/** How many bodies of one source were refused whole for one reason, since the start. */
export interface RefusedBodies {
  readonly source: string;
  readonly reason: UnreadableInput['reason'];
  readonly count: number;
}

/** Counts bodies that were refused whole: sources are our receivers, so there are few. */
export interface RefusalTally {
  add(source: string, reason: UnreadableInput['reason']): void;
  list(): readonly RefusedBodies[];
}

export function createRefusalTally(): RefusalTally {
  const counts = new Map<string, RefusedBodies>();
  return {
    add(source, reason) {
      const key = `${source}\n${reason}`;
      counts.set(key, { source, reason, count: (counts.get(key)?.count ?? 0) + 1 });
    },
    list: () => [...counts.values()],
  };
}
