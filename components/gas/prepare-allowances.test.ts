import { expect, it } from 'vitest';

import type { AllowanceView } from '#organism/state.ts';

import { prepareAllowances } from './prepare-allowances.ts';

const allowance = (id: string, used: number | null, limit: number | null): AllowanceView => ({
  id,
  name: id,
  holder: 'user',
  unit: 'nanos',
  used,
  limit,
  periodStart: null,
  periodEnd: null,
  note: null,
  readAt: 1,
});

it('puts the fullest first; a limit of nothing is full, no limit has no share', () => {
  const rows = prepareAllowances([
    allowance('half', 5, 10),
    allowance('free', 50, null),
    allowance('blocked', 0, 0),
    allowance('over', 12, 10),
    allowance('untold', null, 10),
  ]);
  expect(rows.map(({ id, percent }) => [id, percent])).toEqual([
    ['over', 120],
    ['blocked', 100],
    ['half', 50],
    ['free', null],
    ['untold', null],
  ]);
});
