/** The upstream stores a call up to a second after counting it. */
const SETTLE_MS = 5000;
/** A gap that grows is told again no sooner. */
const GAP_PAUSE_MS = 60_000;

export interface UsageFinding {
  /** Calls counted upstream and stored nowhere, since `since`, epoch milliseconds. */
  readonly missing: number;
  readonly since: number;
  /** The part of it not yet told as a gap, when that is due now; else 0. */
  readonly newlyMissing: number;
}

interface Reading {
  readonly count: number;
  readonly at: number;
  readonly elapsed: number;
}

/**
 * Notices an upstream that counts model calls and does not store them, as the real one after
 * `/usage/reset` until it restarts: what is not in its history nobody can read later.
 */
export function createUsageWatch() {
  let base: Reading | null = null;
  let storedRows = 0;
  let told = 0;
  let lastGapAt = Number.NEGATIVE_INFINITY;
  let readings: Reading[] = [];

  return {
    /**
     * @param count calls the upstream counts in this life
     * @param newRows history rows read since the last call
     * @param when of the reading: epoch milliseconds, and those of a clock nobody sets
     * @returns null while every call that had time to be stored is
     */
    observe(
      count: number,
      newRows: number,
      when: { readonly at: number; readonly elapsed: number },
    ): UsageFinding | null {
      const last = readings.at(-1) ?? base;
      // What was counted before the first reading may be stored or not: only growth tells. A count
      // that went down was reset, or is another life's.
      if (base === null || last === null || count < last.count) {
        base = { count, ...when };
        storedRows = 0;
        told = 0;
        readings = [];
        return null;
      }
      storedRows += newRows;
      readings.push({ count, ...when });
      const settledBy = when.elapsed - SETTLE_MS;
      const settled = readings.findLast((reading) => reading.elapsed <= settledBy);
      if (settled === undefined) return null;
      readings = readings.filter((reading) => reading.elapsed >= settled.elapsed);
      const missing = settled.count - base.count - storedRows;
      if (missing <= 0) return null;
      const isGapDue = missing > told && when.elapsed >= lastGapAt + GAP_PAUSE_MS;
      const newlyMissing = isGapDue ? missing - told : 0;
      if (isGapDue) {
        told = missing;
        lastGapAt = when.elapsed;
      }
      return { missing, since: base.at, newlyMissing };
    },
  };
}
