/** Something writes to the store on the event loop, and lets SQLite wait for a lock as it does by default. */
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';

const INTERVAL_MS = 100;
const SQLITE_DEFAULT_TIMEOUT_MS = 5000;

if (isMainThread) {
  const { database, epoch } = storeFiles(process.argv[process.argv.indexOf('--data') + 1] ?? '.');
  let db: Database.Database | null = null;
  setInterval(() => {
    // Written once the store is made.
    if (!existsSync(epoch)) return;
    db ??= new Database(database, { timeout: SQLITE_DEFAULT_TIMEOUT_MS });
    db.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('torture', 'loop')");
  }, INTERVAL_MS).unref();
}
