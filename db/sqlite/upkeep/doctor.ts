import { existsSync } from 'node:fs';

import { StoreError } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { openReaderConnection } from '../connection.ts';
import { inspectFiles } from '../inspect-files.ts';
import { holdInstanceLock } from '../instance-lock.ts';
import { knownSchemaVersion } from '../migrate.ts';
import { toStoreError } from '../store-failure.ts';
import { sizeOf, storeFiles } from '../store-files.ts';
import { findDamagedPages, findDamagedRows } from './check-database.ts';
import type { LastBackup } from './last-backup.ts';
import { readLastBackup } from './last-backup.ts';
import { leaveNoLog } from './leave-no-log.ts';
import type { PriceCoverage } from './price-coverage.ts';
import { readPriceCoverage } from './price-coverage.ts';
import type { SpaceUse } from './space.ts';
import { measureSpace } from './space.ts';
import type { StoreFacts } from './store-facts.ts';
import { readFacts } from './store-facts.ts';

/** What a look through a store found. Nothing in it was changed. */
export interface Diagnosis {
  readonly dataDir: string;
  readonly isHealthy: boolean;
  /** Whether a server had it open. */
  readonly isServed: boolean;
  readonly checks: readonly Check[];
  readonly files: { readonly database: number; readonly wal: number };
  /** The migrations this build knows. */
  readonly knownSchemaVersion: number;
  readonly lastBackup: LastBackup | null;
  /** Null where the database cannot be read. */
  readonly contents: StoreContents | null;
}

export interface StoreContents extends StoreFacts {
  readonly prices: PriceCoverage;
  readonly space: readonly SpaceUse[];
}

interface Check {
  readonly name: string;
  /** Empty when it found nothing wrong. */
  readonly problems: readonly string[];
}

/**
 * Reads a store through, served or not.
 * @throws StoreError when there is none, or it cannot be read for another reason than damage
 */
export function examineStore(dataDir: string): Diagnosis {
  const files = storeFiles(dataDir);
  if (!existsSync(files.database) && !existsSync(files.epoch)) {
    throw new StoreError('io', `There is no store in ${dataDir}`);
  }
  const cleanUp = leaveNoLog(dataDir);
  const fileCheck = check('files', () => inspectFiles(files, false));
  const isReadable = fileCheck.problems.length === 0;
  const found = isReadable ? readStore(files.database) : { checks: [], contents: null };
  cleanUp();
  const checks = [fileCheck, ...found.checks];
  return {
    dataDir,
    isHealthy: checks.every(({ problems }) => problems.length === 0),
    isServed: isServed(dataDir),
    checks,
    files: { database: sizeOf(files.database), wal: sizeOf(files.wal) },
    knownSchemaVersion: knownSchemaVersion(),
    lastBackup: readLastBackup(dataDir),
    contents: found.contents,
  };
}

function readStore(database: string): { checks: Check[]; contents: StoreContents | null } {
  const db = openReaderConnection(database);
  try {
    // One moment of a store that may be written to meanwhile.
    db.exec('BEGIN');
    const checks: Check[] = [
      { name: 'pages', problems: findDamagedPages(db) },
      check('rows', () => refuseDamagedRows(db)),
    ];
    let contents: StoreContents | null = null;
    checks.push(
      check('contents', () => {
        contents = readContents(db);
        refuseDifferences(contents, countAccepted(db));
      }),
    );
    return { checks, contents };
  } finally {
    db.close();
  }
}

function readContents(db: Connection): StoreContents {
  return { ...readFacts(db), prices: readPriceCoverage(db), space: measureSpace(db) };
}

/** @throws StoreError `corrupt` */
function refuseDamagedRows(db: Connection): void {
  const [problem] = findDamagedRows(db);
  if (problem !== undefined) throw new StoreError('corrupt', problem);
}

/** Each accepted event has a row in the journal for ever. */
function countAccepted(db: Connection): number {
  const sum = db.prepare<[], number>('SELECT coalesce(sum(accepted), 0) FROM sources').pluck();
  return sum.get() ?? 0;
}

/** @throws StoreError `corrupt`, or `newer-schema` */
function refuseDifferences(contents: StoreContents, accepted: number): void {
  const known = knownSchemaVersion();
  if (contents.schemaVersion > known) {
    const text = `The database has schema ${contents.schemaVersion}; this build knows ${known}`;
    throw new StoreError('newer-schema', text);
  }
  const journal = contents.rows['journal'] ?? 0;
  if (journal === accepted) return;
  const text = `The journal has ${journal} events; its sources counted ${accepted} as accepted`;
  throw new StoreError('corrupt', text);
}

/** @throws StoreError what is not about damage */
function check(name: string, run: () => void): Check {
  try {
    run();
    return { name, problems: [] };
  } catch (error) {
    const { code, message } = toStoreError(error, `read the ${name}`);
    if (code !== 'corrupt' && code !== 'newer-schema') throw error;
    return { name, problems: [message] };
  }
}

function isServed(dataDir: string): boolean {
  try {
    holdInstanceLock(dataDir)();
    return false;
  } catch (error) {
    return error instanceof StoreError && error.code === 'locked';
  }
}
