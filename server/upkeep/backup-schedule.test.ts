import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { makeBatch, makeDataDir, makeMessage, openTestStore } from '#db/sqlite/store-fixtures.ts';
import { backUpInThread } from '#db/sqlite/upkeep/backup-thread.ts';
import { verifyBackup } from '#db/sqlite/upkeep/verify-backup.ts';
import { StoreError } from '#db/store.ts';
import { HOUR_MS } from '#organism/durations.ts';

import type { BackupScheduleDeps } from './backup-schedule.ts';
import { createBackupSchedule } from './backup-schedule.ts';

/** A schedule of one backup an hour over a real, open store; time passes when we say so. */
async function openSchedule(more: Partial<BackupScheduleDeps> = {}) {
  const dataDir = await makeDataDir();
  const directory = path.join(await makeDataDir(), 'backups');
  const store = await openTestStore({ dataDir });
  await store.append(makeBatch([makeMessage('one')]));
  let now = Date.now();
  let tick = (): void => undefined;
  const schedule = createBackupSchedule({
    dataDir,
    directory,
    everyMs: HOUR_MS,
    keep: 2,
    backUp: backUpInThread,
    now: () => now,
    log: { info: () => undefined, error: () => undefined },
    timers: {
      setInterval(run) {
        tick = run;
        return () => undefined;
      },
    },
    ...more,
  });
  schedule.start();
  return {
    schedule,
    directory,
    names: () => readdirSync(directory).sort(),
    /** Lets time pass and waits for the backup that is due then, if any. */
    pass: async (ms: number) => {
      now += ms;
      tick();
      await vi.waitFor(() => expect(schedule.status().isRunning).toBe(false), { timeout: 20_000 });
    },
  };
}

describe('scheduled backups', () => {
  it('are made when the last one is too old, verified, and the oldest let go', async () => {
    const { schedule, directory, names, pass } = await openSchedule();
    await pass(0);
    expect(schedule.status()).toMatchObject({ succeeded: 1, failed: 0, lastFailure: null });
    await pass(HOUR_MS / 2);
    expect(schedule.status().succeeded).toBe(1);
    const [first = ''] = names();
    writeFileSync(path.join(directory, 'not-ours.db'), 'x');
    await pass(HOUR_MS);
    await pass(HOUR_MS);
    expect(schedule.status().succeeded).toBe(3);
    expect(names()).toHaveLength(5);
    expect(names()).not.toContain(first);
    expect(names()).toContain('not-ours.db');
    await verifyBackup(schedule.status().last?.file ?? '');
    await schedule.stop();
  });

  it('that fail are told, counted, and tried again later', async () => {
    const backUp = () => Promise.reject(new StoreError('disk-full', 'no room'));
    const { schedule, pass } = await openSchedule({ backUp });
    await pass(0);
    await pass(60_000);
    expect(schedule.status()).toMatchObject({ failed: 1, lastFailure: 'no room', last: null });
    await pass(10 * 60_000);
    expect(schedule.status().failed).toBe(2);
    await schedule.stop();
  });

  it('that were cut off are swept away a day later, others are not', async () => {
    const { schedule, directory, names, pass } = await openSchedule();
    await pass(0);
    const old = new Date(Date.now() - 48 * HOUR_MS);
    const leftovers = [
      'organoscope-2026-01-01T000000000Z.db',
      'organoscope-2026-01-01T000000000Z.db.part-ab',
    ];
    for (const name of [...leftovers, 'mine.part-ab']) {
      writeFileSync(path.join(directory, name), '');
      utimesSync(path.join(directory, name), old, old);
    }
    await pass(HOUR_MS);
    expect(names()).toContain('mine.part-ab');
    expect(names()).toHaveLength(5);
    await schedule.stop();
  });

  it('under way are cut off by a stop, which leaves no backup that is none', async () => {
    const { schedule, directory, pass } = await openSchedule({
      backUp: (job, signal) => {
        const cut = backUpInThread(job, signal);
        void schedule.stop();
        return cut;
      },
    });
    await pass(0);
    await schedule.stop();
    expect(schedule.status()).toMatchObject({ succeeded: 0, failed: 0 });
    const file = readdirSync(directory).find((name) => name.endsWith('.db'));
    if (file === undefined) return;
    await expect(verifyBackup(path.join(directory, file))).rejects.toBeInstanceOf(StoreError);
  });

  it('are none unless asked for', async () => {
    const { schedule, pass } = await openSchedule({ everyMs: null });
    await pass(100 * HOUR_MS);
    expect(schedule.status()).toMatchObject({ succeeded: 0, nextAt: null });
  });
});
