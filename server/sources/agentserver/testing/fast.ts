import type { Intervals } from '../intervals.ts';

/** Tests wait for conditions, not for intervals: as short as leaves room for the work. */
export const FAST: Intervals = {
  messagesMs: 30,
  overviewLiveMs: 60,
  overviewPollingMs: 40,
  budgetsMs: 60,
  pingMs: 20_000,
  usageMs: 60,
};
