import { describe, expect, it } from 'vitest';

import { createSelection, isShallowEqual } from './selection.ts';

describe('a selection', () => {
  it('is the same value until its part changes', () => {
    const select = createSelection(
      (state: { a: number[]; b: number }) => [...state.a],
      isShallowEqual,
    );
    const first = { a: [1, 2], b: 1 };
    const value = select(first);
    expect(select(first)).toBe(value);
    expect(select({ ...first, b: 2 })).toBe(value);
    expect(select({ ...first, a: [1, 3] })).toEqual([1, 3]);
  });

  it('runs its selector once per snapshot', () => {
    let runs = 0;
    const select = createSelection((state: object) => {
      runs += 1;
      return Object.keys(state).length;
    }, Object.is);
    const state = { a: 1 };
    select(state);
    select(state);
    expect(runs).toBe(1);
  });
});

describe('shallow equality', () => {
  it.each([
    [[1, 2], [1, 2], true],
    [[1, 2], [1], false],
    [{ a: 1 }, { a: 1 }, true],
    [{ a: undefined }, { b: undefined }, false],
    [{ a: [] }, { a: [] }, false],
    [[1], { 0: 1 }, false],
    [new Map([[1, 1]]), new Map([[1, 1]]), false],
    [Number.NaN, Number.NaN, true],
    [null, {}, false],
  ])('of %j and %j is %s', (a, b, isEqual) => {
    expect(isShallowEqual(a, b)).toBe(isEqual);
  });
});
