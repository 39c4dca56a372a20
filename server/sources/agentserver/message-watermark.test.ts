import { expect, test } from 'vitest';

import { createManualClock } from '../testing/manual-clock.ts';
import { createMessageWatermark } from './message-watermark.ts';

const place = (slot: number | null) => ({ id: `m-${slot}`, at: 1000 + (slot ?? 0), slot });

function start(saved: string | null = null) {
  const clock = createManualClock();
  return { clock, watermark: createMessageWatermark(saved, clock.now) };
}

test('moves with each next number', () => {
  const { watermark } = start();
  watermark.verified(place(5));
  expect(watermark.seen(place(6))).toBe(true);
  expect(watermark.edge).toEqual(place(6));
  expect(watermark.seen(place(4))).toBe(false);
});

test('a number missing for longer than a reordering is a hole, and its filling none', () => {
  const { clock, watermark } = start();
  watermark.verified(place(5));
  watermark.seen(place(8));
  watermark.seen(place(7));
  expect(watermark.hasHole()).toBe(false);
  clock.advance(2000);
  expect(watermark.hasHole()).toBe(true);
  expect(watermark.edge).toEqual(place(5));
  watermark.seen(place(6));
  expect(watermark.edge).toEqual(place(8));
  expect(watermark.hasHole()).toBe(false);
});

test('a reading settles every hole below it', () => {
  const { clock, watermark } = start();
  watermark.verified(place(1));
  for (const slot of [3, 5, 10, 11]) watermark.seen(place(slot));
  clock.advance(5000);
  watermark.verified(place(9));
  expect(watermark.edge).toEqual(place(11));
  expect(watermark.hasHole()).toBe(false);
});

test('without numbers it moves by readings only', () => {
  const { watermark } = start();
  watermark.verified(place(null));
  expect(watermark.seen(place(null))).toBe(false);
  expect(watermark.edge).toEqual(place(null));
});

test('a new life counts from 1 again and keeps the place in time', () => {
  const { watermark } = start();
  watermark.verified(place(500));
  watermark.newRun();
  expect(watermark.edge).toEqual({ ...place(500), slot: null });
  expect(watermark.seen(place(2))).toBe(false);
  expect(watermark.seen(place(1))).toBe(true);
  expect(watermark.edge).toEqual(place(2));
});

test('is what it was after a restart of ours, and empty after a cursor nobody can read', () => {
  const { watermark } = start();
  watermark.verified(place(5));
  expect(start(watermark.toText()).watermark.edge).toEqual(place(5));
  expect(start('{"id":7}').watermark.edge).toBeNull();
  expect(start('garbage').watermark.edge).toBeNull();
});

test('a million numbers beyond a hole do not fill the memory', () => {
  const { clock, watermark } = start();
  watermark.verified(place(1));
  for (let slot = 3; slot < 100_000; slot += 1) watermark.seen(place(slot));
  clock.advance(2000);
  expect(watermark.hasHole()).toBe(true);
  watermark.verified(place(99_999));
  expect(watermark.edge?.slot).toBe(99_999);
});

test('what can never be read is counted without what is stored among it, and once', () => {
  const { watermark } = start();
  watermark.verified(place(5));
  watermark.seen(place(8));
  watermark.covered({ ...place(20), slot: 20 }, { ...place(30), slot: 30 });
  expect(watermark.firstMissing(1)).toBe(6);
  expect(watermark.firstMissing(8)).toBe(9);
  expect(watermark.giveUpBelow(8)).toEqual({ missing: 2, from: 1005, to: 1008 });
  expect(watermark.edge).toEqual(place(8));
  expect(watermark.giveUpBelow(20)).toEqual({ missing: 11, from: 1008, to: 1020 });
  expect(watermark.giveUpBelow(30)).toBeNull();
  expect(watermark.edge).toEqual(place(30));
});

test('knows after a restart of ours what is stored beyond a hole', () => {
  const { watermark } = start();
  watermark.verified(place(5));
  watermark.seen(place(8));
  const again = start(watermark.toText()).watermark;
  expect(again.firstMissing(7)).toBe(7);
  expect(again.firstMissing(8)).toBe(9);
  expect(again.giveUpBelow(9)).toMatchObject({ missing: 2 });
});
