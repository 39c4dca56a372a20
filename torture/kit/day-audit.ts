import type { DraftOf } from '#organism/event.ts';

import { getJson } from '../../bench/rest.ts';
import { dateIn, hardInstants, shiftedDays, ZONES } from './hard-days.ts';

/** Calls at the hard instants, each with a cost no sum of others has by chance. */
export function makeHardCalls(now: number): readonly DraftOf<'usage'>[] {
  return hardInstants(now).map((occurredAt, i) => ({
    type: 'usage',
    key: `hard-${i}`,
    occurredAt,
    threadId: `thread-${i % 20}`,
    agent: `agent-${i % 3}`,
    model: 'torture-model',
    provider: 'torture',
    org: null,
    user: null,
    tokens: { inputFresh: 1, cacheRead: 0, cacheWrite: 0, outputVisible: 0, reasoning: 0 },
    latencyMs: null,
    reportedCostNanos: 1_000_003 + i * i * 7919,
  }));
}

export interface DayAudit {
  /** Days of all zones, as expected. */
  readonly days: number;
  /** Missing, too many, or with another count or cost. */
  readonly wrongDays: number;
  /** Over all zones, the distance of the sum of days from the bill. */
  readonly sumDeltaNanos: number;
  /** Of the days that are not 24 hours long: those with every half hour in them, once. */
  readonly rightShiftedDays: number;
  readonly shiftedDays: number;
}

interface Sum {
  readonly requestCount: number;
  readonly totalCostNanos: number;
}

/** Compares the days a server serves, in every zone, with days counted call by call. */
export async function auditDays(
  url: string,
  organism: string,
  calls: readonly DraftOf<'usage'>[],
): Promise<DayAudit> {
  const query = `organism=${organism}`;
  const bill = (await getJson(`${url}/api/v1/usage/billing?${query}`)) as unknown as Sum;
  const served = new Map<string, ReadonlyMap<string, Sum>>();
  let days = 0;
  let wrongDays = 0;
  let sumDeltaNanos = 0;
  for (const zone of ZONES) {
    const found = await readDays(`${url}/api/v1/usage/daily?${query}&timezone=${zone}`);
    const expected = countDays(zone, calls);
    served.set(zone, found);
    days += expected.size;
    const dates = new Set([...found.keys(), ...expected.keys()]);
    wrongDays += [...dates].filter((date) => !isSame(found.get(date), expected.get(date))).length;
    const total = [...found.values()].reduce((sum, day) => sum + day.totalCostNanos, 0);
    sumDeltaNanos += Math.abs(total - bill.totalCostNanos);
  }
  const shifted = shiftedDays();
  const right = shifted.filter(
    ({ zone, date, halfHours }) => served.get(zone)?.get(date)?.requestCount === halfHours,
  );
  return {
    days,
    wrongDays,
    sumDeltaNanos,
    rightShiftedDays: right.length,
    shiftedDays: shifted.length,
  };
}

async function readDays(url: string): Promise<Map<string, Sum>> {
  const { days } = (await getJson(url)) as { days?: (Sum & { date: string })[] };
  return new Map((days ?? []).map((day) => [day.date, day]));
}

function countDays(zone: string, calls: readonly DraftOf<'usage'>[]): Map<string, Sum> {
  const days = new Map<string, Sum>();
  for (const { occurredAt, reportedCostNanos } of calls) {
    const date = dateIn(zone, occurredAt);
    const day = days.get(date) ?? { requestCount: 0, totalCostNanos: 0 };
    days.set(date, {
      requestCount: day.requestCount + 1,
      totalCostNanos: day.totalCostNanos + (reportedCostNanos ?? 0),
    });
  }
  return days;
}

function isSame(a: Sum | undefined, b: Sum | undefined): boolean {
  return a?.requestCount === b?.requestCount && a?.totalCostNanos === b?.totalCostNanos;
}
