import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createMessageSpans } from './message-spans.ts';

const place = (slot: number) => ({ id: `m-${slot}`, at: 1000 + slot, slot });
const span = (first: number, last = first) => ({ first: place(first), last: place(last) });

test('are what a set of their numbers is', () => {
  const stretch = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }));
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 30 }), (stretches) => {
      const spans = createMessageSpans();
      const numbers = new Set<number>();
      for (const [first, length] of stretches) {
        spans.add(span(first, first + length));
        for (let slot = first; slot <= first + length; slot += 1) numbers.add(slot);
      }
      for (let slot = 1; slot <= 70; slot += 1) {
        let missing = slot;
        while (numbers.has(missing)) missing += 1;
        expect(spans.firstMissing(slot)).toBe(missing);
      }
      const list = spans.list(100);
      const holes = list.slice(1).map(({ first }, i) => first.slot - (list[i]?.last.slot ?? 0));
      expect(holes.filter((step) => step < 2)).toEqual([]);
    }),
  );
});

test('more holes than can be remembered are read again instead', () => {
  const spans = createMessageSpans();
  for (let slot = 2; slot <= 2000; slot += 2) expect(spans.add(span(slot))).toBe(true);
  expect(spans.add(span(3000))).toBe(false);
  expect(spans.add(span(3))).toBe(true);
  expect(spans.add(span(3000))).toBe(true);
});
