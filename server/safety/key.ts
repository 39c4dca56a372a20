import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;

export interface ControlKey {
  readonly value: string;
  /** Where it is kept; null when it was configured. */
  readonly file: string | null;
  readonly isNew: boolean;
}

/**
 * The control key: the configured one, else the one in the data directory, made at the first start.
 * @throws the file system's error when the directory cannot be written or the file not read, and
 * an Error when the file is empty
 */
export function loadControlKey(deps: {
  configured: string | undefined;
  dataDir: string;
}): ControlKey {
  if (deps.configured !== undefined) {
    return { value: deps.configured, file: null, isNew: false };
  }
  mkdirSync(deps.dataDir, { recursive: true });
  const file = path.join(deps.dataDir, 'key');
  const made = randomBytes(KEY_BYTES).toString('base64url');
  try {
    // Exclusive: of two first starts one makes the key and the other reads it.
    writeFileSync(file, `${made}\n`, { mode: OWNER_ONLY, flag: 'wx' });
    return { value: made, file, isNew: true };
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const value = readFileSync(file, 'utf8').trim();
  if (value === '') throw new Error(`${file} is empty: delete it to have a new key made`);
  return { value, file, isNew: false };
}

/** Compares in constant time, whatever the lengths. */
export function createKeyCheck(key: string): (candidate: string) => boolean {
  const expected = digest(key);
  return (candidate) => timingSafeEqual(digest(candidate), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
