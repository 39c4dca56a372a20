import type { Connection } from '../connection.ts';
import { knownSchemaVersion } from '../migrate.ts';
import { createStatements } from '../reader/statements.ts';
import { toStoreError } from '../store-failure.ts';
import { verifyRows } from '../verify-rows.ts';

/** Problems listed at most: one damaged page can make thousands. */
const MAX_PROBLEMS = 20;
const ROWS_AT_A_TIME = 10_000;

/** What is wrong with a database, whatever it holds; empty when nothing is. */
export function findDamage(db: Connection): string[] {
  const pages = findDamagedPages(db);
  return pages.length > 0 ? pages : findDamagedRows(db);
}

/** Pages, and indexes beside their tables: about a second and a half for each gigabyte. */
export function findDamagedPages(db: Connection): string[] {
  return tellDamage(db, () => {
    const rows = db.prepare<[], string>(`PRAGMA integrity_check(${MAX_PROBLEMS})`).pluck().all();
    return rows.filter((row) => row !== 'ok');
  });
}

/** Values beside the check values written with them: some seconds for each million events. */
export function findDamagedRows(db: Connection): string[] {
  return tellDamage(db, () => {
    if (!isOfThisSchema(db)) return [];
    const statements = createStatements(() => db);
    const damaged: number[] = [];
    let since: number | null = 0;
    while (since !== null && damaged.length < MAX_PROBLEMS) {
      const verified = verifyRows(statements, { since, limit: ROWS_AT_A_TIME });
      damaged.push(...verified.damaged);
      since = verified.next;
    }
    return damaged.length === 0 ? [] : [rowWords(damaged, since === null)];
  });
}

function rowWords(damaged: readonly number[], isAll: boolean): string {
  const positions = damaged.slice(0, MAX_PROBLEMS).join(', ');
  return `what is stored at position ${positions}${isAll ? '' : ' and others'} is not what was written there`;
}

/** Of a store that a server has yet to bring up to date, this build cannot read all of them. */
function isOfThisSchema(db: Connection): boolean {
  const count = db.prepare<[], number>('SELECT count(*) FROM __drizzle_migrations').pluck();
  return count.get() === knownSchemaVersion();
}

/** Pages that cannot even be read end the search. */
function tellDamage(db: Connection, search: () => string[]): string[] {
  try {
    return search();
  } catch (error) {
    const { code, message } = toStoreError(error, `read ${db.name}`);
    if (code === 'corrupt') return [message];
    throw error;
  }
}
