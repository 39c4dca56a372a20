import { expect, test } from 'vitest';

import { createManualClock } from '../testing/manual-clock.ts';
import { createPoller } from './poller.ts';

function start(options: { isWatched?: () => boolean } = {}) {
  const clock = createManualClock();
  const errors: unknown[] = [];
  const runs: { at: number; finish: (delayMs?: number) => void; fail: (error: Error) => void }[] =
    [];
  const poller = createPoller({
    run: () =>
      new Promise((finish, fail) => {
        runs.push({ at: clock.now(), finish, fail });
      }),
    intervalMs: () => 2000,
    isWatched: options.isWatched ?? null,
    onError: (error) => errors.push(error),
    schedule: clock.schedule,
    elapsed: clock.now,
  });
  const begin = clock.now();
  const settle = async (delayMs?: number) => {
    runs.at(-1)?.finish(delayMs);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { clock, poller, runs, errors, settle, times: () => runs.map(({ at }) => at - begin) };
}

test('runs again an interval after the last run ended, never twice at once', async () => {
  const { clock, poller, settle, times } = start();
  poller.start();
  clock.advance(10_000);
  expect(times()).toEqual([0]);
  await settle();
  clock.advance(2000);
  expect(times()).toEqual([0, 12_000]);
});

test('a run may ask for another wait', async () => {
  const { clock, poller, settle, times } = start();
  poller.start();
  await settle(30_000);
  clock.advance(29_999);
  expect(times()).toEqual([0]);
  clock.advance(1);
  expect(times()).toEqual([0, 30_000]);
});

test('is slower while nobody watches, and serves a new watcher within one interval', async () => {
  let isWatched = false;
  const { clock, poller, settle, times } = start({ isWatched: () => isWatched });
  poller.start();
  await settle();
  clock.advance(10_000);
  expect(times()).toEqual([0, 10_000]);
  await settle();
  clock.advance(3000);
  isWatched = true;
  clock.advance(1000);
  expect(times()).toEqual([0, 10_000, 14_000]);
});

test('a poke runs at once, or once more after the run under way', async () => {
  const { clock, poller, settle, times } = start();
  poller.start();
  poller.poke();
  poller.poke();
  expect(times()).toEqual([0]);
  await settle();
  expect(times()).toEqual([0, 0]);
  await settle();
  clock.advance(500);
  poller.poke();
  expect(times()).toEqual([0, 0, 500]);
});

test('a run that fails is told and followed by the next', async () => {
  const { clock, poller, runs, errors, settle, times } = start();
  poller.start();
  runs[0]?.fail(new Error('a bug'));
  await settle();
  expect(errors).toMatchObject([{ message: 'a bug' }]);
  clock.advance(2000);
  expect(times()).toEqual([0, 2000]);
});

test('a stop waits for the run under way and is the last', async () => {
  const { clock, poller, settle, times } = start();
  poller.start();
  let isStopped = false;
  poller.stop().then(
    () => (isStopped = true),
    () => undefined,
  );
  await Promise.resolve();
  expect(isStopped).toBe(false);
  await settle();
  expect(isStopped).toBe(true);
  poller.poke();
  clock.advance(60_000);
  expect(times()).toEqual([0]);
});
