/** Something writes to the store on the event loop, and lets SQLite wait for a lock as it does by default. */
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

import Database from 'better-sqlite3';

const INTERVAL_MS = 100;
const SQLITE_DEFAULT_TIMEOUT_MS = 5000;

if (isMainThread) {
  const dataDir = process.argv[process.argv.indexOf('--data') + 1] ?? '.';
  let db: Database.Database | null = null;
  setInterval(() => {
    db ??= new Database(path.join(dataDir, 'organoscope.db'), {
      timeout: SQLITE_DEFAULT_TIMEOUT_MS,
      fileMustExist: true,
    });
    db.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('torture', 'loop')");
  }, INTERVAL_MS).unref();
}
