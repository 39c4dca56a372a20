import { describe, expect, it } from 'vitest';

import { resolveRange } from '#components/api/range.ts';
import { REST_COLOUR } from '#components/ui/series-colour.ts';
import type { DailyUsagePoint } from '#organism/agentserver/usage.ts';

import { type DailyBarsInput, prepareDailyBars } from './prepare-daily-bars.ts';

const point = (
  date: string,
  group: string | null,
  tokens: number,
  rest: Partial<DailyUsagePoint> = {},
): DailyUsagePoint => ({
  date,
  group,
  totalTokens: tokens,
  requestCount: 1,
  totalCost: tokens / 1e6,
  totalCostNanos: tokens * 1000,
  ...rest,
});

function prepare(input: Partial<DailyBarsInput> = {}) {
  return prepareDailyBars({
    points: [],
    measure: 'tokens',
    range: resolveRange('2026-11-16..2026-11-22', 0, 'Europe/Berlin'),
    zone: 'Europe/Berlin',
    today: '2026-11-21',
    coveredFrom: '2026-11-18',
    namelessLabel: 'no model',
    ...input,
  });
}

describe('days', () => {
  const bars = prepare({ points: [point('2026-11-18', 'a', 5), point('2026-11-21', 'a', 7)] });

  it('has every calendar day of the range once', () => {
    expect(bars.days.map((day) => day.date)).toEqual([
      '2026-11-16',
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
      '2026-11-22',
    ]);
  });

  it('tells a gap from a true zero and from the day that still fills', () => {
    expect(bars.days.map((day) => day.kind)).toEqual([
      'gap',
      'gap',
      'whole',
      'whole',
      'whole',
      'filling',
      'gap',
    ]);
    expect(bars.days.map((day) => day.total)).toEqual([null, null, 5, 0, 0, 7, null]);
    expect(bars.unrecorded).toEqual({ first: '2026-11-16', last: '2026-11-17' });
  });

  it('has no leading gap where the first day was recorded', () => {
    expect(prepare({ coveredFrom: '2026-01-01' }).unrecorded).toBeNull();
  });

  it('knows nothing of any past day when nothing was ever stored', () => {
    const empty = prepare({ coveredFrom: null });
    expect(empty.days.filter((day) => day.kind === 'whole')).toEqual([]);
  });

  it('cuts days in the zone: 23 hours long where the clocks go forward', () => {
    const zone = 'America/New_York';
    const range = resolveRange('2026-03-07..2026-03-09', 0, zone);
    const days = prepare({ range, zone, coveredFrom: '2026-01-01' }).days;
    expect(days.map((day) => day.date)).toEqual(['2026-03-07', '2026-03-08', '2026-03-09']);
  });
});

describe('series', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const points = names.map((name, index) => point('2026-11-19', name, 100 - index));

  it('names the largest, sums the rest in one grey, and says how many there are', () => {
    const bars = prepare({ points });
    expect(bars.series.map((one) => one.label)).toEqual([...names.slice(0, 8), '2 more']);
    expect(bars.series.at(-1)).toMatchObject({ total: 92 + 91, colour: REST_COLOUR, isRest: true });
    expect(bars.groupCount).toBe(10);
  });

  it('adds up: by series, by day and in all', () => {
    const bars = prepare({ points: [...points, point('2026-11-20', 'j', 3)] });
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    expect(sum(bars.series.map((one) => one.total ?? 0))).toBe(bars.total);
    expect(sum(bars.days.map((day) => day.total ?? 0))).toBe(bars.total);
    for (const day of bars.days)
      expect(sum(day.values.map((value) => value ?? 0))).toBe(day.total ?? 0);
  });

  it('keeps colours when two groups change places', () => {
    const before = prepare({ points: [point('2026-11-19', 'x', 2), point('2026-11-19', 'y', 1)] });
    const after = prepare({ points: [point('2026-11-19', 'x', 1), point('2026-11-19', 'y', 2)] });
    const colours = (bars: typeof before) =>
      Object.fromEntries(bars.series.map((one) => [one.label, one.colour.css]));
    expect(colours(before)).toEqual(colours(after));
  });

  it('keeps usage without a name apart from a group called like our own ids', () => {
    const bars = prepare({
      points: [
        point('2026-11-19', null, 3),
        point('2026-11-19', 'nameless', 2),
        point('2026-11-19', '__proto__', 1),
      ],
    });
    expect(bars.series.map((one) => [one.label, one.group, one.total])).toEqual([
      ['no model', null, 3],
      ['nameless', 'nameless', 2],
      ['__proto__', '__proto__', 1],
    ]);
  });
});

describe('measures', () => {
  const points = [
    point('2026-11-19', 'a', 10, { requestCount: 2, unpricedTokens: 4, unpricedRequests: 1 }),
    point('2026-11-19', 'b', 1, { requestCount: 2, unpricedTokens: 1, unpricedRequests: 1 }),
  ];

  it.each([
    ['tokens', 11],
    ['requests', 4],
    ['cost', 11_000],
  ] as const)('counts %s', (measure, total) => {
    expect(prepare({ points, measure }).total).toBe(total);
  });

  it('says of each day what has no price', () => {
    const day = prepare({ points, measure: 'cost' }).days[3];
    expect(day).toMatchObject({ unpricedTokens: 5, unpricedRequests: 2 });
  });

  it('never takes usage without a price for a cost of zero', () => {
    const unpriced = { totalCostNanos: 0, totalCost: 0, unpricedRequests: 1, unpricedTokens: 5 };
    const bars = prepare({
      points: [
        point('2026-11-19', 'known', 2),
        point('2026-11-19', 'local', 5, unpriced),
        point('2026-11-20', 'free', 5, { totalCostNanos: 0, totalCost: 0 }),
      ],
      measure: 'cost',
    });
    expect(bars.series.map((one) => [one.label, one.total])).toEqual([
      ['known', 2000],
      ['free', 0],
      ['local', null],
    ]);
    expect(bars.days[3]?.values).toEqual([2000, 0, null]);
    expect(bars.total).toBe(2000);
    expect(prepare({ points: [point('2026-11-19', 'local', 5, unpriced)] }).total).toBe(5);
  });

  it('stays exact where a hostile source sent absurd amounts', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const bars = prepare({
      points: [point('2026-11-19', 'a', huge), point('2026-11-20', 'a', huge)],
    });
    expect(bars.total).toBe(Number.MAX_SAFE_INTEGER);
  });
});
