import { describe, expect, it, test } from 'vitest';

import { createRunClock } from './run-clock.ts';

/** The two clocks, agreeing. */
const at = (ms: number) => ({ at: ms, elapsed: ms });

test('the first reading begins a run', () => {
  const clock = createRunClock(null);
  expect(clock.observe(10, at(100_000))).toEqual({ startedAt: 90_000, isNewRun: true });
});

test('slow answers move nothing', () => {
  const clock = createRunClock(null);
  clock.observe(10, at(100_000));
  expect(clock.observe(15, at(109_000))).toEqual({ startedAt: 90_000, isNewRun: false });
  expect(clock.observe(20, at(110_000))).toEqual({ startedAt: 90_000, isNewRun: false });
});

test('an uptime that goes down is a new run', () => {
  const clock = createRunClock(null);
  clock.observe(3, at(100_000));
  expect(clock.observe(0.1, at(101_000))).toEqual({ startedAt: 100_900, isNewRun: true });
});

test('a restart nobody saw is told by the start, though the uptime is larger', () => {
  const clock = createRunClock(null);
  clock.observe(3, at(100_000));
  expect(clock.observe(40, at(200_000))).toEqual({ startedAt: 160_000, isNewRun: true });
});

test('a life known from before this process goes on', () => {
  const clock = createRunClock(90_000);
  expect(clock.observe(1000, at(1_090_400))).toEqual({ startedAt: 90_000, isNewRun: false });
});

test('a life known from before this process may have ended meanwhile', () => {
  const clock = createRunClock(90_000);
  expect(clock.observe(10, at(1_000_000))).toEqual({ startedAt: 990_000, isNewRun: true });
});

test('two clocks that drift apart over weeks are no restart', () => {
  const clock = createRunClock(null);
  let now = 0;
  let uptimeSeconds = 0;
  clock.observe(uptimeSeconds, at(now));
  for (let hour = 0; hour < 24 * 60; hour += 1) {
    now += 3_600_000;
    uptimeSeconds += 3599.9;
    expect(clock.observe(uptimeSeconds, at(now)).isNewRun).toBe(false);
  }
});

describe('our clock is set', () => {
  const jumps = [-3_600_000, -6000, 6000, 86_400_000];

  it.each(jumps)('by %d ms: no restart of an upstream that counts steadily', (jump) => {
    const clock = createRunClock(null);
    clock.observe(7200, { at: 8_000_000, elapsed: 50_000 });
    const set = { at: 8_005_000 + jump, elapsed: 55_000 };
    expect(clock.observe(7205, set)).toEqual({ startedAt: 800_000, isNewRun: false });
    const later = { at: set.at + 5000, elapsed: 60_000 };
    expect(clock.observe(7210, later).isNewRun).toBe(false);
  });

  it.each(jumps)('by %d ms: no restart of an upstream that counts by the same clock', (jump) => {
    const clock = createRunClock(null);
    clock.observe(7200, { at: 8_000_000, elapsed: 50_000 });
    const uptimeSeconds = 7205 + jump / 1000;
    const set = { at: 8_005_000 + jump, elapsed: 55_000 };
    expect(clock.observe(uptimeSeconds, set)).toEqual({ startedAt: 800_000, isNewRun: false });
  });

  it.each(jumps)('by %d ms: a restart right after is seen', (jump) => {
    const clock = createRunClock(null);
    clock.observe(7200, { at: 8_000_000, elapsed: 50_000 });
    clock.observe(7205, { at: 8_005_000 + jump, elapsed: 55_000 });
    expect(clock.observe(1, { at: 8_010_000 + jump, elapsed: 60_000 })).toEqual({
      startedAt: 8_009_000 + jump,
      isNewRun: true,
    });
  });
});
