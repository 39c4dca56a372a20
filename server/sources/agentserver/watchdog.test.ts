import { expect, test } from 'vitest';

import { createWatchdog } from './watchdog.ts';

const quiet = { totalMessages: 10, hasUntoldState: false, mode: null };

test('a quiet organism is no dead socket', () => {
  const watchdog = createWatchdog();
  for (let check = 0; check < 100; check += 1) expect(watchdog.check(quiet)).toBe('fine');
});

test('a state the socket should have told, twice, is death', () => {
  const watchdog = createWatchdog();
  expect(watchdog.check({ ...quiet, hasUntoldState: true })).toBe('fine');
  expect(watchdog.check({ ...quiet, hasUntoldState: true })).toBe('dead');
});

test('a frame in between is life', () => {
  const watchdog = createWatchdog();
  for (let check = 0; check < 10; check += 1) {
    watchdog.noteFrame(false);
    expect(watchdog.check({ ...quiet, hasUntoldState: true })).toBe('fine');
  }
});

test('messages that move without a message frame are death where the socket carries them', () => {
  const watchdog = createWatchdog();
  const check = (totalMessages: number) =>
    watchdog.check({ totalMessages, hasUntoldState: false, mode: 'all' });
  check(1);
  watchdog.noteFrame(false);
  expect(check(2)).toBe('fine');
  watchdog.noteFrame(false);
  expect(check(3)).toBe('dead');
});

test('and only a suspicion where it does not', () => {
  const watchdog = createWatchdog();
  const check = (totalMessages: number) =>
    watchdog.check({ totalMessages, hasUntoldState: false, mode: 'all-but-messages' });
  expect([1, 2, 3, 4].map(check)).toEqual(['fine', 'fine', 'fine', 'likely-dead']);
  watchdog.reset();
  expect([5, 6].map(check)).toEqual(['fine', 'fine']);
});
