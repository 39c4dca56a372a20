import { expect, it } from 'vitest';

import { prepareRates, sparkTop } from './prepare-rates.ts';

const NOW = 1_000_000_500;
const SECOND = 1_000_000;

it('averages over whole seconds and leaves the present one out', () => {
  const rates = prepareRates(
    [
      { second: SECOND - 61, events: 999, tokens: 999 },
      { second: SECOND - 30, events: 50, tokens: 600 },
      { second: SECOND - 10, events: 20, tokens: 0 },
      { second: SECOND - 1, events: 30, tokens: 60 },
      { second: SECOND, events: 7, tokens: 7 },
    ],
    NOW,
  );
  expect(rates.eventsPerSecond).toBe(5);
  expect(rates.tokensPerMinute).toBe(660);
});

it('falls to zero when nothing comes', () => {
  const rates = prepareRates([{ second: SECOND - 100, events: 5, tokens: 5 }], NOW);
  expect(rates).toMatchObject({ eventsPerSecond: 0, tokensPerMinute: 0 });
});

it('keeps every bar as high as it was while time goes on', () => {
  const activity = [
    { second: SECOND - 21, events: 1, tokens: 1 },
    { second: SECOND - 20, events: 2, tokens: 2 },
    { second: SECOND - 19, events: 3, tokens: 3 },
  ];
  const heightsAt = (now: number) =>
    prepareRates(activity, now).eventBars.filter((height) => height > 0);
  expect(heightsAt(NOW)).toEqual([1, 5]);
  for (let seconds = 1; seconds < 60; seconds += 1) {
    expect(heightsAt(NOW + seconds * 1000)).toEqual([1, 5]);
  }
});

it('draws the usual bars visibly beside a burst, and no bar higher than the strip', () => {
  expect(sparkTop([9000, 20, 30, 0, 20])).toBe(120);
  expect(sparkTop([10, 30, 20])).toBe(30);
  expect(sparkTop([0, 0])).toBe(1);
});
