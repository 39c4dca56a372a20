import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countNewer, holdOrder } from './held-list.ts';

const positionOf = (seq: number) => seq;

describe('what is new since a pause', () => {
  it.each([
    ['nothing', [1, 2, 3], [1, 2, 3], { count: 0, isAtLeast: false }],
    ['two', [1, 2, 3, 4, 5], [1, 2, 3], { count: 2, isAtLeast: false }],
    ['two, while old ones left', [3, 4, 5], [1, 2, 3], { count: 2, isAtLeast: false }],
    ['three or more, the shown having left', [7, 8, 9], [1, 2, 3], { count: 3, isAtLeast: true }],
    ['all, after a pause on an empty list', [1, 2], [], { count: 2, isAtLeast: false }],
  ])('is %s', (_what, live, shown, newer) => {
    expect(countNewer(live, shown, positionOf)).toEqual(newer);
  });
});

describe('a held order', () => {
  const keyOf = (item: { id: string }) => item.id;
  const items = (...ids: string[]) => ids.map((id) => ({ id }));

  it('keeps places, takes new values, drops what left and adds what came', () => {
    const now = [
      { id: 'c', n: 2 },
      { id: 'a', n: 9 },
      { id: 'd', n: 1 },
    ];
    expect(holdOrder(now, ['a', 'b', 'c'], keyOf)).toEqual([
      { id: 'a', n: 9 },
      { id: 'c', n: 2 },
      { id: 'd', n: 1 },
    ]);
  });

  it('shows every item of now exactly once', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    fc.assert(
      fc.property(ids, ids, (now, order) => {
        const held = holdOrder(items(...now), order, keyOf).map(keyOf);
        expect(held.toSorted()).toEqual(now.toSorted());
        const kept = order.filter((id) => now.includes(id));
        expect(held.slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});
