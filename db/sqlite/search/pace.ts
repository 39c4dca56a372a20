/** Looking for news costs microseconds. */
const IDLE_MS = 200;
/** A full disk or a lost file: tried again, but not all the time. */
const FAILURE_MS = 30_000;
/** Of one core while there is more to do: what is not indexed yet is searched all the same. */
const DUTY = 0.25;

/** How long the indexer rests, so that it takes no more than its share from those who wait. */
export interface Pace {
  /** @param isBehind the journal has more documents @returns milliseconds */
  afterSlice(spentMs: number, isBehind: boolean): number;
  afterFailure(): number;
}

export function createPace(): Pace {
  return {
    afterSlice: (spentMs, isBehind) => (isBehind ? (spentMs * (1 - DUTY)) / DUTY : IDLE_MS),
    afterFailure: () => FAILURE_MS,
  };
}
