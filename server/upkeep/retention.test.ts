import { describe, expect, it, vi } from 'vitest';

import { makeBatch, makeDataDir, makeMessage, openTestStore } from '#db/sqlite/store-fixtures.ts';
import type { PruneRequest } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import type { KeepMs } from './retention.ts';
import { createRetention } from './retention.ts';

const NOW = Date.UTC(2026, 5, 1);
const FOR_EVER: KeepMs = { payloads: null, messages: null, errors: null, usage: null };

/** A thousand messages of a month ago and ten of today, in a store that has a picture of them. */
async function openKeeper(keepMs: KeepMs) {
  const store = await openTestStore({ dataDir: await makeDataDir() });
  const make = (age: string, count: number, receivedAt: number) =>
    Array.from({ length: count }, (_, i) => ({ ...makeMessage(`${age}${i}`), receivedAt }));
  await store.append(makeBatch(make('old', 1000, NOW - 30 * DAY_MS)));
  await store.append(makeBatch(make('new', 10, NOW)));
  await store.saveSnapshot({ ...toSnapshot(emptyOrganism('garden')), seq: await store.lastSeq() });
  const slices: PruneRequest[] = [];
  const state = { isBusy: false };
  const timers: { run: () => void; afterMs: number }[] = [];
  const keeper = createRetention({
    store: {
      listPruned: () => store.listPruned(),
      prune(request) {
        slices.push(request);
        return store.prune(request);
      },
    },
    keepMs,
    isBusy: () => state.isBusy,
    now: () => NOW,
    log: { info: () => undefined, error: () => undefined },
    timers: {
      setTimeout(run, afterMs) {
        const timer = { run, afterMs };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
    },
  });
  keeper.start();
  return {
    keeper,
    store,
    slices,
    state,
    /** Runs the timer that is set, once there is one. */
    tick: async (): Promise<number> => {
      await vi.waitFor(() => expect(timers).not.toHaveLength(0));
      const timer = timers.shift();
      timer?.run();
      return timer?.afterMs ?? 0;
    },
  };
}

describe('retention', () => {
  it('lets go of what is too old in slices with rests between, and of nothing else', async () => {
    const { keeper, store, slices, tick } = await openKeeper({ ...FOR_EVER, payloads: 7 * DAY_MS });
    await tick();
    // Each slice is followed by a rest; the last wait is for the next round.
    while ((await tick()) < 60_000);
    expect(slices.length).toBeGreaterThan(3);
    expect(Math.max(...slices.map(({ limit }) => limit))).toBeLessThanOrEqual(250);
    const described = await keeper.describe();
    expect(described).toContainEqual({
      kind: 'payloads',
      keepMs: 7 * DAY_MS,
      pruned: 1000,
      receivedBefore: NOW - 30 * DAY_MS,
    });
    const query = { organismId: 'garden', limit: 2000, offset: 0 } as const;
    const { rows } = await store.listMessages(query);
    expect(rows.filter(({ payload }) => payload !== null)).toHaveLength(10);
    await keeper.stop();
  });

  it('waits while events wait for a commit', async () => {
    const { keeper, slices, state, tick } = await openKeeper({ ...FOR_EVER, messages: DAY_MS });
    state.isBusy = true;
    await tick();
    await tick();
    await tick();
    expect(slices).toEqual([]);
    state.isBusy = false;
    await tick();
    await vi.waitFor(() => expect(slices).not.toEqual([]));
    await keeper.stop();
  });

  it('is off unless asked for', async () => {
    const { keeper, slices } = await openKeeper(FOR_EVER);
    await keeper.stop();
    expect(slices).toEqual([]);
    expect((await keeper.describe()).every(({ pruned }) => pruned === 0)).toBe(true);
  });

  it('stops after the slice it is at', async () => {
    const { keeper, slices, tick } = await openKeeper({ ...FOR_EVER, messages: DAY_MS });
    await tick();
    await vi.waitFor(() => expect(slices).not.toEqual([]));
    await keeper.stop();
    const before = slices.length;
    await keeper.stop();
    expect(slices).toHaveLength(before);
  });
});
