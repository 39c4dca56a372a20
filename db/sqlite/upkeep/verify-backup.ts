import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

import Database from 'better-sqlite3';

import { StoreError } from '#db/store.ts';

import { toStoreError } from '../store-failure.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { readManifest } from './backup-manifest.ts';
import { findDamage } from './check-database.ts';
import type { StoreFacts } from './store-facts.ts';
import { differenceOf, readFacts } from './store-facts.ts';

/**
 * Reads a backup through and holds it against its manifest.
 * @throws StoreError `corrupt` saying what is wrong with it
 */
export async function verifyBackup(file: string): Promise<BackupManifest> {
  const manifest = readManifest(file);
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new StoreError('io', `There is no backup ${file}`, { cause });
  });
  if (size !== manifest.bytes) {
    throw badBackup(file, `it has ${size} bytes; its manifest says ${manifest.bytes}`);
  }
  const sha256 = await hashFile(file);
  if (sha256 !== manifest.sha256)
    throw badBackup(file, 'its bytes are not those its manifest names');
  verifyCopy(file, manifest);
  return manifest;
}

/** @throws StoreError `corrupt` when the database in `file` is damaged or is not the copy it should be */
export function verifyCopy(file: string, expected: StoreFacts): void {
  let problem: string | null;
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      problem = findDamage(db)[0] ?? differenceOf(expected, readFacts(db));
    } finally {
      db.close();
    }
  } catch (error) {
    throw toStoreError(error, `read the backup ${file}`);
  }
  if (problem !== null) throw badBackup(file, problem);
}

export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    if (Buffer.isBuffer(chunk)) hash.update(chunk);
  }
  return hash.digest('hex');
}

function badBackup(file: string, reason: string): StoreError {
  return new StoreError('corrupt', `The backup ${file} is damaged: ${reason}`);
}
