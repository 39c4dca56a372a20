import { defaultBackupDirectory } from '#db/sqlite/upkeep/backup-name.ts';
import { backUpInThread } from '#db/sqlite/upkeep/backup-thread.ts';

import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { BackupSchedule } from './backup-schedule.ts';
import { createBackupSchedule } from './backup-schedule.ts';
import type { DiskGuard } from './disk-guard.ts';
import { createDiskGuard } from './disk-guard.ts';

/** What looks after the store while it is served. */
export interface Upkeep {
  readonly disk: DiskGuard;
  readonly backups: BackupSchedule;
  start(): Promise<void>;
  /** Idempotent; resolves when no backup is under way. */
  stop(): Promise<void>;
}

export function createUpkeep(deps: {
  config: Pick<Config, 'backupEvery' | 'backupKeep' | 'backupDir' | 'diskWarn' | 'diskRefuse'>;
  dataDir: string;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
}): Upkeep {
  const { config, dataDir, now, log } = deps;
  const disk = createDiskGuard({
    directory: dataDir,
    bounds: { warnBytes: config.diskWarn, refuseBytes: config.diskRefuse },
    log,
  });
  const backups = createBackupSchedule({
    dataDir,
    directory: config.backupDir ?? defaultBackupDirectory(dataDir),
    everyMs: config.backupEvery ?? null,
    keep: config.backupKeep,
    backUp: backUpInThread,
    now,
    log,
  });
  return {
    disk,
    backups,
    async start() {
      backups.start();
      await disk.start();
    },
    async stop() {
      disk.stop();
      await backups.stop();
    },
  };
}
