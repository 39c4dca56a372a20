import { expect, it } from 'vitest';

import type { PaletteItem } from './palette.tsx';
import { rankItems } from './rank-items.ts';

const item = (label: string, group: string, keywords?: string[]): PaletteItem => ({
  id: label,
  label,
  group,
  keywords,
  href: '/',
});

const ITEMS = [
  item('Overview', 'Pages'),
  item('Agents', 'Pages'),
  item('console', 'Agents', ['Operator console: prints answers and reads commands']),
  item('planner', 'Agents', ['Breaks a goal into tasks']),
];

it('keeps the order while nothing is typed', () => {
  expect(rankItems(ITEMS, ' ')).toEqual(ITEMS);
});

it('puts the name before a chance likeness in a description', () => {
  expect(rankItems(ITEMS, 'planner').map(({ label }) => label)).toEqual(['planner', 'console']);
});

it('puts the group of the best first, and leaves out what does not fit', () => {
  const found = rankItems([item('agent-x', 'Threads', []), ...ITEMS], 'agents');
  expect(found.map(({ label }) => label)).toEqual(['Agents']);
  expect(rankItems(ITEMS, 'zzz')).toEqual([]);
});
