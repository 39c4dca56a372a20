import type { Connection } from '../connection.ts';
import { toStoreError } from '../store-failure.ts';

/** Problems listed at most: one damaged page can make thousands. */
const MAX_PROBLEMS = 20;

/**
 * Reads the whole database through and says what is wrong with it; empty when nothing is. About a
 * second and a half for each gigabyte.
 */
export function findDamage(db: Connection): string[] {
  try {
    const rows = db.prepare<[], string>(`PRAGMA integrity_check(${MAX_PROBLEMS})`).pluck().all();
    return rows.filter((row) => row !== 'ok');
  } catch (error) {
    const { code, message } = toStoreError(error, `read ${db.name}`);
    if (code === 'corrupt') return [message];
    throw error;
  }
}
