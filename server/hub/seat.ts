import type { Hold, Organisms } from './organisms.ts';

/** What one socket follows; its organism stays in memory for as long. */
export interface Seat {
  /**
   * Leaves what it followed for another organism.
   * @returns its id, null when there is none of that name, undefined when the socket has gone or
   * asked for something else meanwhile
   */
  take(organismId: string | null | undefined): Promise<string | null | undefined>;
  leave(): void;
}

export function createSeat(organisms: Pick<Organisms, 'hold'>): Seat {
  let hold: Hold | null = null;
  let turn = 0;

  function sit(next: Hold | null): void {
    hold?.release();
    hold = next;
  }

  return {
    async take(organismId) {
      turn += 1;
      const own = turn;
      const next = await organisms.hold(organismId);
      if (own === turn) {
        if (next !== null) sit(next);
        return next?.organismId ?? null;
      }
      next?.release();
      return undefined;
    },
    leave() {
      turn += 1;
      sit(null);
    },
  };
}
