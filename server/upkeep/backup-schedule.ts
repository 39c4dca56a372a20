import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

import type { BackupManifest } from '#db/sqlite/upkeep/backup-manifest.ts';
import { manifestPath } from '#db/sqlite/upkeep/backup-manifest.ts';
import { backupFile, isBackupName } from '#db/sqlite/upkeep/backup-name.ts';
import { readLastBackup } from '#db/sqlite/upkeep/last-backup.ts';
import { DAY_MS, MINUTE_MS } from '#organism/durations.ts';

import type { Timers } from '../hub/timers.ts';
import { realTimers } from '../hub/timers.ts';

/** How often the clock is asked: it may be set, and a machine may sleep. */
const TICK_MS = 30_000;
/** After a failure. */
const RETRY_MS = 10 * MINUTE_MS;
/** What a backup that was cut off left behind is nobody's any more after this. */
const LEFTOVER_AGE_MS = DAY_MS;

export interface BackupStatus {
  /** Null: none is scheduled. */
  readonly everyMs: number | null;
  readonly isRunning: boolean;
  /** The last backup of this store, by whomever. Epoch milliseconds. */
  readonly last: { readonly at: number; readonly file: string; readonly bytes: number } | null;
  readonly nextAt: number | null;
  /** Since this process started. */
  readonly succeeded: number;
  readonly failed: number;
  /** Why the last try failed; null once one has succeeded. */
  readonly lastFailure: string | null;
}

export interface BackupSchedule {
  start(): void;
  /** Idempotent; resolves when no backup is under way. */
  stop(): Promise<void>;
  status(): BackupStatus;
}

export interface BackupScheduleDeps {
  readonly dataDir: string;
  readonly directory: string;
  /** Null: only tells of backups that others make. */
  readonly everyMs: number | null;
  /** Newest backups of ours in the directory that are kept. */
  readonly keep: number;
  readonly backUp: (
    job: { dataDir: string; file: string },
    signal: AbortSignal,
  ) => Promise<BackupManifest>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  readonly timers?: Pick<Timers, 'setInterval'> | undefined;
}

/** Makes a backup whenever the last one is too old, also across restarts, and lets old ones go. */
export function createBackupSchedule(deps: BackupScheduleDeps): BackupSchedule {
  const { dataDir, directory, everyMs, keep, now, log, timers = realTimers } = deps;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  let notBefore = now();
  let succeeded = 0;
  let failed = 0;
  let lastFailure: string | null = null;

  function last(): BackupStatus['last'] {
    const note = readLastBackup(dataDir);
    return note === null ? null : { at: Date.parse(note.at), file: note.file, bytes: note.bytes };
  }

  function nextAt(): number | null {
    if (everyMs === null) return null;
    const due = (last()?.at ?? Number.NEGATIVE_INFINITY) + everyMs;
    return Math.max(due, notBefore);
  }

  function tick(): void {
    const due = nextAt();
    if (running !== null || due === null || due > now()) return;
    running = run().finally(() => {
      running = null;
    });
  }

  async function run(): Promise<void> {
    const file = backupFile(directory, new Date(now()));
    try {
      sweep();
      const { bytes, lastSeq } = await deps.backUp({ dataDir, file }, stopping.signal);
      succeeded += 1;
      lastFailure = null;
      log.info({ file, bytes, lastSeq }, 'backup made and verified');
      letOldOnesGo();
    } catch (error) {
      if (stopping.signal.aborted) return;
      failed += 1;
      notBefore = now() + RETRY_MS;
      lastFailure = error instanceof Error ? error.message : String(error);
      log.error({ err: error, file }, 'the backup could not be made');
    }
  }

  /** Only what is called as ours are: a directory may hold others' files. */
  function letOldOnesGo(): void {
    const ours = readdirSync(directory)
      .filter((name) => isBackupName(name) && statSync(path.join(directory, name)).size > 0)
      .sort();
    for (const name of ours.slice(0, Math.max(0, ours.length - keep))) {
      const file = path.join(directory, name);
      for (const gone of [file, manifestPath(file)]) rmSync(gone, { force: true });
      log.info({ file }, 'old backup let go');
    }
  }

  /** What backups that were cut off left behind. */
  function sweep(): void {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(directory)) {
      const [backup = ''] = name.split(/\.(?:part-|json$)/);
      if (!isBackupName(backup)) continue;
      const { size, mtimeMs } = statSync(path.join(directory, name));
      const isUnfinished = size === 0 || name.includes('.part-');
      const isOld = now() - mtimeMs > LEFTOVER_AGE_MS;
      if (isUnfinished && isOld) rmSync(path.join(directory, name), { force: true });
    }
  }

  return {
    start() {
      if (everyMs === null) return;
      cancel ??= timers.setInterval(tick, TICK_MS);
    },
    async stop() {
      cancel?.();
      stopping.abort();
      await running;
    },
    status: () => ({
      everyMs,
      isRunning: running !== null,
      last: last(),
      nextAt: nextAt(),
      succeeded,
      failed,
      lastFailure,
    }),
  };
}
