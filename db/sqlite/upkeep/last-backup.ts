import { readFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { writeDurably } from '../store-files.ts';
import type { BackupManifest } from './backup-manifest.ts';

const FILE = 'last-backup.json';

const noteSchema = z.object({
  at: z.iso.datetime(),
  file: z.string(),
  bytes: z.number(),
  lastSeq: z.number(),
});
/** When the store was last backed up, by whom ever, and where to. */
export type LastBackup = z.infer<typeof noteSchema>;

export function noteBackup(
  dataDir: string,
  { file, manifest }: { file: string; manifest: BackupManifest },
): void {
  const { createdAt: at, bytes, lastSeq } = manifest;
  const note: LastBackup = { at, file, bytes, lastSeq };
  writeDurably(path.join(dataDir, FILE), `${JSON.stringify(note)}\n`);
}

/** Null when there was none, or when its note cannot be read. */
export function readLastBackup(dataDir: string): LastBackup | null {
  try {
    const note: unknown = JSON.parse(readFileSync(path.join(dataDir, FILE), 'utf8'));
    return noteSchema.parse(note);
  } catch {
    return null;
  }
}
