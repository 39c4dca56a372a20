import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { StoreError } from '#db/store.ts';

const count = z.number().int().min(0);

/** What a backup holds, written beside it once it has been read back whole. */
const manifestSchema = z.object({
  format: z.literal('organoscope-backup'),
  version: z.literal(1),
  createdAt: z.iso.datetime(),
  epoch: z.string(),
  lastSeq: count,
  schemaVersion: count,
  /** Rows by table. */
  rows: z.record(z.string(), count),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type BackupManifest = z.infer<typeof manifestSchema>;

export function manifestPath(file: string): string {
  return `${file}.json`;
}

/** @throws StoreError `corrupt` naming the manifest and what is wrong with it */
export function readManifest(file: string): BackupManifest {
  const path = manifestPath(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const detail = `The backup ${file} has no manifest ${path}: it was never finished, or the manifest was left behind when it was moved`;
    throw new StoreError('corrupt', detail, { cause });
  }
  const manifest = manifestSchema.safeParse(parseJson(text));
  if (manifest.success) return manifest.data;
  const [issue] = manifest.error.issues;
  throw new StoreError(
    'corrupt',
    `The manifest ${path} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
