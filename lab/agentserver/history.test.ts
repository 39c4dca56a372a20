import { describe, expect, it } from 'vitest';

import { DAY_MS } from '#organism/durations.ts';

import { createHistory } from './history.ts';
import { createLabAgentServer } from './server.ts';

const NOON = Date.UTC(2026, 10, 21, 12);
const order = { seed: 7, days: 28, rowsPerDay: 200, now: NOON };
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

describe('createHistory', () => {
  it('fills whole days before today, oldest first, quieter at weekends and at night', () => {
    const rows = createHistory(order);
    const times = rows.map((row) => row.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const days = countBy(rows, (row) => dayOf(row.at));
    expect(days.size).toBe(28);
    expect([...days.keys()].at(0)).toBe('2026-10-24');
    expect([...days.keys()].at(-1)).toBe('2026-11-20');
    const weekend = [...days].filter(([day]) => [0, 6].includes(new Date(day).getUTCDay()));
    const weekdays = [...days].filter(([day]) => ![0, 6].includes(new Date(day).getUTCDay()));
    const busiestRest = Math.max(...weekend.map(([, count]) => count));
    expect(busiestRest).toBeLessThan(Math.min(...weekdays.map(([, count]) => count)));
    const hours = countBy(rows, (row) => String(new Date(row.at).getUTCHours()));
    expect(hours.get('14') ?? 0).toBeGreaterThan(5 * (hours.get('3') ?? 0));
  });

  it('writes a day the same whenever it is asked, and differently for another seed', () => {
    const today = createHistory(order);
    const tomorrow = createHistory({ ...order, days: 3, now: NOON + DAY_MS });
    const shared = (rows: typeof today) => rows.filter((row) => dayOf(row.at) === '2026-11-20');
    expect(shared(today).length).toBeGreaterThan(100);
    expect(shared(tomorrow)).toEqual(shared(today));
    const other = createHistory({ ...order, seed: 8 });
    expect(shared(other)).not.toEqual(shared(today));
  });
});

describe('a lab with a history', () => {
  it.each(['sequential', 'clock'] as const)(
    'shows it before live rows, %s ids rising',
    (usageIds) => {
      const lab = createLabAgentServer({ historyDays: 3, now: () => NOON, usageIds });
      const past = lab.usage.stored().length;
      lab.step(500);
      const rows = lab.usage.stored();
      expect(rows).toHaveLength(past + lab.record.emitted.usage);
      const ids = rows.map((row) => row.id);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      expect(rows[past]?.at).toBeGreaterThanOrEqual(NOON);
    },
  );

  it('started again later, goes on upwards with the same past', () => {
    const start = (now: number) =>
      createLabAgentServer({ historyDays: 3, now: () => now, usageIds: 'clock' });
    const first = start(NOON);
    first.step(500);
    const second = start(NOON + 3_600_000);
    expect(second.usage.stored()).toEqual(
      first.usage.stored().slice(0, second.usage.stored().length),
    );
    second.step(100);
    const lastOfFirst = first.usage.stored().at(-1)?.id ?? Infinity;
    expect(second.usage.stored().at(-1)?.id).toBeGreaterThan(lastOfFirst);
  });
});
