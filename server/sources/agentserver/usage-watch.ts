/** How many readings in a row must agree: the upstream stores usage up to a second late. */
const READINGS_TO_BE_SURE = 3;

/**
 * Notices an upstream that counts model calls and stores none of them, as the real one does after
 * `/usage/reset` until it restarts: what is not in its history nobody can read later.
 */
export function createUsageWatch() {
  let lastCount: number | null = null;
  let storedSince = 0;
  let countedSince = 0;
  let silentReadings = 0;

  return {
    /**
     * @param requestCount calls the upstream counts in this life; null when it does not say
     * @param storedRows history rows read since the last call
     * @returns how many calls it counted without storing any, once sure; else 0
     */
    observe(requestCount: number | null, storedRows: number): number {
      if (requestCount === null) return 0;
      const moved = lastCount === null ? 0 : requestCount - lastCount;
      lastCount = requestCount;
      // A count that went down was reset, or is another life's.
      if (storedRows > 0 || moved < 0) {
        storedSince = 0;
        countedSince = 0;
        silentReadings = 0;
        return 0;
      }
      countedSince += moved;
      storedSince += storedRows;
      silentReadings += countedSince > 0 ? 1 : 0;
      return silentReadings >= READINGS_TO_BE_SURE && storedSince === 0 ? countedSince : 0;
    },
  };
}
