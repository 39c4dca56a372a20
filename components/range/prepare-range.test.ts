import { describe, expect, it } from 'vitest';

import { parseRangeToken, resolveRange } from '#components/api/range.ts';

import { monthChoices, rangeChoices, rangeDays } from './prepare-range.ts';

describe('rangeDays', () => {
  it.each(['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Kiritimati'])(
    'names the days a range was made of in %s',
    (zone) => {
      const range = resolveRange('2026-03-01..2026-03-31', 0, zone);
      expect(rangeDays(range, zone)).toEqual({ first: '2026-03-01', last: '2026-03-31' });
    },
  );
});

describe('monthChoices', () => {
  it('offers whole months before last month, back to the first stored day', () => {
    expect(monthChoices('2026-03-15', '2025-12-31')).toEqual([
      { value: '2026-01-01..2026-01-31', label: 'January 2026' },
      { value: '2025-12-01..2025-12-31', label: 'December 2025' },
    ]);
  });

  it('offers none where nothing is stored, or nothing that old', () => {
    expect(monthChoices('2026-03-15', null)).toEqual([]);
    expect(monthChoices('2026-03-15', '2026-02-01')).toEqual([]);
  });

  it('only offers what the URL can hold', () => {
    const choices = monthChoices('2026-03-31', '2020-01-01');
    expect(choices).toHaveLength(23);
    for (const { value } of choices) expect(parseRangeToken(value)).toBe(value);
  });
});

it('calls presets by words', () => {
  expect(rangeChoices(['7d', 'last-month']).map((choice) => choice.label)).toEqual([
    'Last 7 days',
    'Last month',
  ]);
});
