/**
 * Opens stores, which brings each to this build's schema, and comes to harm at one step of it:
 * `node migrate-child.ts kill|full|none [--loose] STEP DIR [STEP DIR …]`. Prints the steps of each.
 * `full` takes all the room of the file system that DIR is on, with a file beside DIR. `--loose` is
 * the control: without the transaction around them.
 */
import path from 'node:path';

import Database from 'better-sqlite3';

import { openStore } from '#db/sqlite/open-store.ts';
import { StoreError } from '#db/store.ts';

import { fillDisk } from './fill-disk.ts';

const args = process.argv.slice(2).filter((word) => word !== '--loose');
const [harm = 'none', ...jobs] = args;
let harmAt = 0;
let steps = 0;
let dataDir = '';

function comeToHarm(): void {
  steps += 1;
  if (steps !== harmAt) return;
  if (harm === 'kill') process.kill(process.pid, 'SIGKILL');
  if (harm === 'full') fillDisk(path.join(dataDir, '..'));
}

const sound = { ...Database.prototype };
Database.prototype.exec = function execUnderHarm(sql) {
  comeToHarm();
  return sound.exec.call(this, sql);
};
Database.prototype.prepare = function prepareUnderHarm(this: Database.Database, sql: string) {
  // What migrates without `exec`, and what follows the migrations.
  if (/__drizzle_migrations|meta/.test(sql)) comeToHarm();
  return sound.prepare.call(this, sql);
} as typeof sound.prepare;
if (process.argv.includes('--loose')) {
  Database.prototype.transaction = ((run: () => unknown) =>
    Object.assign(run, { immediate: run })) as unknown as Database.Database['transaction'];
}

for (let i = 0; i < jobs.length; i += 2) {
  harmAt = Number(jobs[i]);
  dataDir = jobs[i + 1] ?? '';
  steps = 0;
  let outcome = 'opened';
  try {
    openStore(dataDir, 'epoch of the child').close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    outcome = error.code;
  }
  process.stdout.write(`${steps} ${outcome}\n`);
}
