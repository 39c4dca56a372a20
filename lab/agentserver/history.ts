import { DAY_MS, HOUR_MS } from '#organism/durations.ts';

import { drawCall, drawPayer, type ModelCall } from './models.ts';
import { createRandom, mixSeeds, type Random } from './random.ts';

export interface PastRow extends ModelCall {
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface HistoryOrder {
  readonly seed: number;
  /** Whole UTC days before the one of `now`. */
  readonly days: number;
  /** Rows on an average weekday. */
  readonly rowsPerDay: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

const WEEKEND_SHARE = 0.4;
/** How busy each UTC hour is: quiet nights, a dip at lunch, a tail in the evening. */
const HOUR_WEIGHTS = [
  1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 12, 8, 12, 14, 14, 12, 9, 6, 5, 4, 3, 2, 1,
];
const HOURS: readonly number[] = HOUR_WEIGHTS.flatMap((weight, hour) =>
  Array.from({ length: weight }, () => hour),
);
const AGENTS = ['planner', 'researcher', 'coder', 'analyst', 'writer', 'critic'] as const;
const ROWS_PER_THREAD = 6;

/**
 * Past usage, oldest first. A day's rows come from the seed and the date alone, so that the same
 * day is the same whenever the lab starts.
 */
export function createHistory({ seed, days, rowsPerDay, now }: HistoryOrder): PastRow[] {
  const today = Math.floor(now / DAY_MS);
  const rows: PastRow[] = [];
  for (let day = today - days; day < today; day += 1) {
    for (const row of createDay(createRandom(mixSeeds(seed, day)), day, rowsPerDay)) rows.push(row);
  }
  return rows;
}

function createDay(random: Random, day: number, rowsPerDay: number): PastRow[] {
  const weekday = new Date(day * DAY_MS).getUTCDay();
  const share = weekday === 0 || weekday === 6 ? WEEKEND_SHARE : 1;
  const count = Math.max(1, Math.round(rowsPerDay * share * (0.8 + random.next() * 0.4)));
  const times = Array.from({ length: count }, () => drawTime(random, day)).sort((a, b) => a - b);
  let threadId = random.uuid();
  let payer = drawPayer(random);
  return times.map((at, index) => {
    if (index % ROWS_PER_THREAD === 0) {
      threadId = random.uuid();
      payer = drawPayer(random);
    }
    const agentId = random.pick(AGENTS);
    const totalTokens = random.int(600, 14_000);
    return { at, ...drawCall(random, { threadId, agentId, payer, totalTokens }) };
  });
}

function drawTime(random: Random, day: number): number {
  const withinHour = random.int(0, 3_599_999_999) / 1000;
  return day * DAY_MS + random.pick(HOURS) * HOUR_MS + withinHour;
}
