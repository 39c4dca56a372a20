/** A dashboard gets its answer on the event loop, from the calls themselves instead of from their sums. */
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';

const INTERVAL_MS = 500;

if (isMainThread) {
  const { database, epoch } = storeFiles(process.argv[process.argv.indexOf('--data') + 1] ?? '.');
  let db: Database.Database | null = null;
  setInterval(() => {
    // Written once the store is made.
    if (!existsSync(epoch)) return;
    db ??= new Database(database, { readonly: true });
    db.prepare('SELECT model_id, sum(cost_nanos) FROM usage GROUP BY model_id').all();
  }, INTERVAL_MS).unref();
}
