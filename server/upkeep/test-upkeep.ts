import path from 'node:path';

import type { SqliteStore } from '#db/sqlite/store.ts';
import { backUpInThread } from '#db/sqlite/upkeep/backup-thread.ts';
import type { Retention } from '#organism/api/storage.ts';

import type { Hub } from '../hub/hub.ts';
import type { Organisms } from '../hub/organisms.ts';
import type { OrganismLimit } from '../ingest/organism-limit.ts';
import type { Log } from '../log.ts';
import type { BackupStatus } from './backup-schedule.ts';
import { createBackupSchedule } from './backup-schedule.ts';
import type { DiskGuard } from './disk-guard.ts';
import { createDiskGuard } from './disk-guard.ts';
import type { Metrics, MetricsDeps } from './metrics.ts';
import { createMetrics } from './metrics.ts';
import { createRetention } from './retention.ts';

interface TestUpkeep {
  readonly disk: DiskGuard;
  readonly backups: () => BackupStatus;
  readonly retention: () => Promise<Retention[]>;
  readonly metrics: Metrics;
}

/** Upkeep for tests: nothing is scheduled, and the disk is as full as the test says. */
export async function openTestUpkeep(deps: {
  dataDir: string;
  store: SqliteStore;
  hub: () => Pick<Hub, 'counters'>;
  organisms: Pick<Organisms, 'stats'>;
  limit: Pick<OrganismLimit, 'stats'>;
  refusals: MetricsDeps['refusals'];
  doors: MetricsDeps['doors'];
  now: () => number;
  log: Log;
  /** Of these 100 are the last to be used. */
  freeBytes?: (() => number) | undefined;
}): Promise<TestUpkeep> {
  const { dataDir, store, hub, organisms, limit, refusals, doors, now, log } = deps;
  const { freeBytes = () => 1e9 } = deps;
  const disk = createDiskGuard({
    directory: dataDir,
    bounds: { warnBytes: 1000, refuseBytes: 100 },
    log,
    readFree: async () => freeBytes(),
  });
  await disk.start();
  const schedule = createBackupSchedule({
    dataDir,
    directory: path.join(dataDir, 'backups'),
    everyMs: null,
    keep: 1,
    backUp: backUpInThread,
    now,
    log,
  });
  const backups = () => schedule.status();
  const keeper = createRetention({
    store,
    keepMs: { payloads: null, messages: null, errors: null, usage: null },
    isBusy: () => false,
    now,
    log,
  });
  const retention = () => keeper.describe();
  const metrics = createMetrics({
    version: '0.1.0',
    store,
    journal: () => store.stats(),
    hub: () => hub().counters(),
    organisms: () => limit.stats(),
    pictures: () => organisms.stats(),
    refusals,
    doors,
    disk: () => disk.status(),
    backups,
    retention,
  });
  return { disk, backups, retention, metrics };
}
