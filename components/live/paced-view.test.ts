import { expect, it } from 'vitest';

import { createLiveStore } from './live-store.ts';
import { createPacedView } from './paced-view.ts';

function setUp() {
  const store = createLiveStore({ now: () => 0, scheduleFrame: (task) => task() });
  const timers: (() => void)[] = [];
  const paced = createPacedView({
    store,
    paceMs: 250,
    setTimer(task) {
      timers.push(task);
      return () => timers.splice(timers.indexOf(task), 1);
    },
  });
  return { store, paced, timers };
}

const offline = (since: number) => ({ kind: 'offline', since }) as const;

it('shows the first change at once and what follows together', () => {
  const { store, paced, timers } = setUp();
  let shown = 0;
  const stop = paced.subscribe(() => (shown += 1));
  store.setStatus(offline(1));
  store.setStatus(offline(2));
  store.setStatus(offline(3));
  expect(shown).toBe(1);
  expect(paced.getSnapshot().status).toEqual(offline(1));
  timers.shift()?.();
  expect(shown).toBe(2);
  expect(paced.getSnapshot().status).toEqual(offline(3));
  stop();
  expect(timers).toEqual([]);
});

it('is quiet while nothing changes, and shows the next change at once', () => {
  const { store, paced, timers } = setUp();
  let shown = 0;
  paced.subscribe(() => (shown += 1));
  store.setStatus(offline(1));
  timers.shift()?.();
  expect(timers).toEqual([]);
  store.setStatus(offline(2));
  expect(shown).toBe(2);
});

it('is never behind the store for a reader that does not listen', () => {
  const { store, paced } = setUp();
  store.setStatus(offline(1));
  store.setStatus(offline(2));
  expect(paced.getSnapshot().status).toEqual(offline(2));
});
