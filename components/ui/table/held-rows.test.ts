import { expect, it } from 'vitest';

import { holdOrder } from './held-rows.ts';

type Row = { id: string; value: number };
const getRowId = (row: Row) => row.id;
const row = (id: string, value = 0): Row => ({ id, value });

it('keeps every row in its place while newer ones wait', () => {
  const held = [row('a'), row('b'), row('c')];
  const current = [row('new'), row('c', 3), row('a', 1), row('b', 2)];
  const view = holdOrder(held, current, getRowId);
  expect(view.shown).toEqual([row('a', 1), row('b', 2), row('c', 3)]);
  expect(view.newCount).toBe(1);
});

it('leaves a row that vanished as it was last seen', () => {
  const view = holdOrder([row('a', 7), row('b')], [row('b', 1)], getRowId);
  expect(view.shown).toEqual([row('a', 7), row('b', 1)]);
  expect(view.newCount).toBe(0);
});

it('keeps the identity of rows that did not change', () => {
  const same = row('a');
  expect(holdOrder([same], [same], getRowId).shown[0]).toBe(same);
});

it('shows at once what continues the list after its last row', () => {
  const held = [row('c'), row('b')];
  const view = holdOrder(held, [row('d'), row('c'), row('b'), row('a')], getRowId);
  expect(view.shown.map(getRowId)).toEqual(['c', 'b', 'a']);
  expect(view).toMatchObject({ newCount: 1, appendedCount: 1 });
});

it('lets a next page join at the end also where the held rows have changed places since', () => {
  const held = [row('a'), row('b')];
  const view = holdOrder(held, [row('b'), row('new'), row('a'), row('next')], getRowId);
  expect(view.shown.map(getRowId)).toEqual(['a', 'b', 'next']);
  expect(view.newCount).toBe(1);
});
