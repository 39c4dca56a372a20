import { expect, test } from 'vitest';

import { createInbox } from './inbox.ts';

const frame = (text: string) => ({ text, at: 0, isPrimary: true });

test('gives back what came in, in order, in slices', () => {
  const inbox = createInbox();
  for (let index = 0; index < 1200; index += 1) inbox.push(frame(String(index)));
  const texts: string[] = [];
  const sizes: number[] = [];
  while (!inbox.isEmpty) {
    const slice = inbox.take();
    sizes.push(slice.length);
    texts.push(...slice.map(({ text }) => text));
  }
  expect(sizes).toEqual([500, 500, 200]);
  expect(texts).toEqual(Array.from({ length: 1200 }, (_, index) => String(index)));
});

test('a slice holds few large frames', () => {
  const inbox = createInbox();
  for (let index = 0; index < 5; index += 1) inbox.push(frame('x'.repeat(600_000)));
  expect(inbox.take()).toHaveLength(1);
});

test.for([
  ['frames', { maxFrames: 3 }, 'x', 3],
  ['characters', { maxChars: 25 }, 'x'.repeat(10), 2],
] as const)('when full of %s it drops the newest, says so and counts', ([, limits, text, held]) => {
  const inbox = createInbox(limits);
  const taken = Array.from({ length: 5 }, () => inbox.push(frame(text)));
  expect(taken.filter(Boolean)).toHaveLength(held);
  expect(inbox.dropped).toBe(5 - held);
  inbox.take();
  expect(inbox.push(frame(text))).toBe(true);
});
