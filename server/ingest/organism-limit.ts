import { Problem } from '../api/problem.ts';

/** Each has a card in memory, and every start reads its picture once: 0.16 ms for a small one. */
const MAX_ORGANISMS = 10_000;

/** Senders name organisms as they like: no more of them than a start can read in seconds. */
export interface OrganismLimit {
  /** @throws Problem when the organism is a new one and there is no room for it */
  admit(organismId: string): void;
  stats(): OrganismLimitStats;
}

export interface OrganismLimitStats {
  /** Known to the server. */
  readonly known: number;
  /** Deliveries and requests turned away. */
  readonly refused: number;
}

/** @param listKnown ids that are there without having asked, from the store and the settings */
export function createOrganismLimit(
  listKnown: () => readonly string[],
  max = MAX_ORGANISMS,
): OrganismLimit {
  const known = new Set<string>();
  let refused = 0;

  function learn(): void {
    for (const organismId of listKnown()) known.add(organismId);
  }

  return {
    admit(organismId) {
      if (known.has(organismId)) return;
      learn();
      if (!known.has(organismId) && known.size >= max) {
        refused += 1;
        throw new Problem(
          'bad-request',
          `organism: expected one of the ${known.size} that are known, for there can be no more than ${max}`,
        );
      }
      known.add(organismId);
    },
    stats() {
      learn();
      return { known: known.size, refused };
    },
  };
}
