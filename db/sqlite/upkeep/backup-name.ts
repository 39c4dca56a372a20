import path from 'node:path';

const NAME = /^organoscope-\d{4}-\d{2}-\d{2}T\d{9}Z\.db$/;

/** Where a backup goes that was given no name: sorted by name, they are sorted by time. */
export function backupFile(directory: string, now: Date): string {
  return path.join(directory, `organoscope-${now.toISOString().replaceAll(/[:.]/g, '')}.db`);
}

export function isBackupName(name: string): boolean {
  return NAME.test(name);
}

/** Where backups of a store go when no other place was chosen. */
export function defaultBackupDirectory(dataDir: string): string {
  return path.join(dataDir, 'backups');
}
