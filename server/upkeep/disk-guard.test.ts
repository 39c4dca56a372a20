import { describe, expect, it } from 'vitest';

import { createDiskGuard } from './disk-guard.ts';

const BOUNDS = { warnBytes: 1000, refuseBytes: 100 };

/** A guard on a disk of our own making, looked at when we say so. */
async function openGuard(firstFree: number) {
  let free: number | Error = firstFree;
  let look = (): void => undefined;
  const told: string[] = [];
  const tell = (_fields: object, message: string): void => void told.push(message);
  const guard = createDiskGuard({
    directory: '/data',
    bounds: BOUNDS,
    log: { info: tell, warn: tell, error: tell },
    timers: {
      setInterval(run) {
        look = run;
        return () => undefined;
      },
    },
    readFree: () => (typeof free === 'number' ? Promise.resolve(free) : Promise.reject(free)),
  });
  await guard.start();
  return {
    guard,
    told,
    set: async (next: number | Error) => {
      free = next;
      look();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('the disk guard', () => {
  it('warns below one bound, refuses below the other, and recovers well above each', async () => {
    const { guard, set, told } = await openGuard(5000);
    const levels: string[] = [];
    for (const free of [1000, 999, 1050, 1100, 99, 105, 110, 5000]) {
      await set(free);
      levels.push(guard.status().level);
    }
    expect(levels).toEqual(['ok', 'low', 'low', 'ok', 'full', 'full', 'low', 'ok']);
    expect(told).toHaveLength(5);
  });

  it('says why it refuses, and from when on it will not', async () => {
    const { guard, set } = await openGuard(50);
    expect(guard.refusal()).toMatch(/50 bytes left; events are taken again from 110/);
    await set(2000);
    expect(guard.refusal()).toBeNull();
  });

  it('holds who waits until there is room', async () => {
    const { guard, set } = await openGuard(50);
    let isOpen = false;
    const waiting = guard.whenOpen().then(() => (isOpen = true));
    await set(60);
    expect(isOpen).toBe(false);
    await set(2000);
    await waiting;
    await guard.whenOpen();
  });

  it('lets everyone go when it stops', async () => {
    const { guard } = await openGuard(50);
    const waiting = guard.whenOpen();
    guard.stop();
    await expect(waiting).resolves.toBeUndefined();
    await expect(guard.whenOpen()).resolves.toBeUndefined();
  });

  it('keeps its level while the free space cannot be told', async () => {
    const { guard, set } = await openGuard(50);
    await set(new Error('no such disk'));
    expect(guard.status()).toMatchObject({ level: 'full', freeBytes: null });
  });

  it('reads a real disk', async () => {
    const quiet = { info() {}, warn() {}, error() {} };
    const guard = createDiskGuard({ directory: '/tmp', bounds: BOUNDS, log: quiet });
    await guard.start();
    expect(guard.status().freeBytes).toBeGreaterThan(0);
    guard.stop();
  });
});
