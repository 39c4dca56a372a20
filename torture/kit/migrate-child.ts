/**
 * Opens stores, which brings each to this build's schema, and comes to harm at one step of it:
 * `node migrate-child.ts kill|full|none [--loose] STEP DIR [STEP DIR …]`. Prints the steps of each.
 * `--loose` is the control: without the transaction around them.
 */
import Database from 'better-sqlite3';

import { openStore } from '#db/sqlite/open-store.ts';
import { StoreError } from '#db/store.ts';

const args = process.argv.slice(2).filter((word) => word !== '--loose');
const [harm = 'none', ...jobs] = args;
let harmAt = 0;
let steps = 0;

function comeToHarm(db: Database.Database): void {
  steps += 1;
  if (steps !== harmAt) return;
  if (harm === 'kill') process.kill(process.pid, 'SIGKILL');
  // As on a full disk, at this statement and every later one: the file may not grow any more.
  if (harm === 'full') {
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  }
}

const sound = { ...Database.prototype };
Database.prototype.exec = function execUnderHarm(sql) {
  comeToHarm(this);
  return sound.exec.call(this, sql);
};
Database.prototype.prepare = function prepareUnderHarm(this: Database.Database, sql: string) {
  // What migrates without `exec`, and what follows the migrations.
  if (/__drizzle_migrations|meta/.test(sql)) comeToHarm(this);
  return sound.prepare.call(this, sql);
} as typeof sound.prepare;
if (process.argv.includes('--loose')) {
  Database.prototype.transaction = ((run: () => unknown) =>
    Object.assign(run, { immediate: run })) as unknown as Database.Database['transaction'];
}

for (let i = 0; i < jobs.length; i += 2) {
  harmAt = Number(jobs[i]);
  steps = 0;
  let outcome = 'opened';
  try {
    openStore(jobs[i + 1] ?? '', 'epoch of the child').close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    outcome = error.code;
  }
  process.stdout.write(`${steps} ${outcome}\n`);
}
