import { expect, test } from 'vitest';

import { createRunClock } from './run-clock.ts';

test('the first reading begins a run', () => {
  const clock = createRunClock(null);
  expect(clock.observe(10, 100_000)).toEqual({ startedAt: 90_000, isNewRun: true });
});

test('slow answers move nothing', () => {
  const clock = createRunClock(null);
  clock.observe(10, 100_000);
  expect(clock.observe(15, 109_000)).toEqual({ startedAt: 90_000, isNewRun: false });
  expect(clock.observe(20, 110_000)).toEqual({ startedAt: 90_000, isNewRun: false });
});

test('an uptime that goes down is a new run', () => {
  const clock = createRunClock(null);
  clock.observe(3, 100_000);
  expect(clock.observe(0.1, 101_000)).toEqual({ startedAt: 100_900, isNewRun: true });
});

test('a restart nobody saw is told by the start, though the uptime is larger', () => {
  const clock = createRunClock(null);
  clock.observe(3, 100_000);
  expect(clock.observe(40, 200_000)).toEqual({ startedAt: 160_000, isNewRun: true });
});

test('a life known from before this process goes on', () => {
  const clock = createRunClock(90_000);
  expect(clock.observe(1000, 1_090_400)).toEqual({ startedAt: 90_000, isNewRun: false });
});

test('two clocks that drift apart over weeks are no restart', () => {
  const clock = createRunClock(null);
  let now = 0;
  let uptimeSeconds = 0;
  clock.observe(uptimeSeconds, now);
  for (let hour = 0; hour < 24 * 60; hour += 1) {
    now += 3_600_000;
    uptimeSeconds += 3599.9;
    expect(clock.observe(uptimeSeconds, now).isNewRun).toBe(false);
  }
});
