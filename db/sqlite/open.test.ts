import { hash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';

import { StoreError } from '#db/store.ts';

import { KILL_BATCH_EVENTS, runAndKill } from './kill-fixtures.ts';
import { migrateDatabase } from './migrate.ts';
import {
  SILENT_LOG,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';

const DATABASE = 'organoscope.db';

/** A closed store with enough rows to fill many pages. */
async function makeClosedStore(): Promise<string> {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const events = Array.from({ length: 2000 }, (_, i) => makeMessage(`m${i}`));
  await store.append(makeBatch([...events, makeUsage('u')]));
  await store.close();
  return dataDir;
}

async function readFiles(dataDir: string): Promise<Record<string, string>> {
  const names = await readdir(dataDir);
  const entries = names
    .filter((name) => name !== 'organoscope.lock')
    .map(async (name) => [name, hash('sha1', await readFile(join(dataDir, name)))]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

describe('open', () => {
  test('a store is opened again with its epoch, positions and events', async () => {
    const dataDir = await makeClosedStore();
    const store = await openTestStore({ dataDir, newEpoch: () => 'not taken' });
    expect(await store.lastSeq()).toBe(2001);
    expect(await store.readEvents({ since: 2000, limit: 10 })).toMatchObject([{ key: 'u' }]);
    const { stored } = await store.append(makeBatch([makeMessage('next')]));
    expect(stored).toMatchObject([{ seq: 2002 }]);
    const { epoch } = store;
    await store.close();
    expect((await openTestStore({ dataDir })).epoch).toBe(epoch);
    expect((await openTestStore({ newEpoch: () => 'fresh' })).epoch).toBe('fresh');
    expect(epoch).not.toBe('not taken');
  });

  test('a clean stop leaves no log behind', async () => {
    const dataDir = await makeClosedStore();
    const others = ['organoscope.epoch', 'organoscope.lock', 'organoscope.marks'];
    expect(await readdir(dataDir)).toEqual([DATABASE, ...others]);
  });

  test('a second instance is refused by name, and may come when the first has gone', async () => {
    const dataDir = await makeDataDir();
    const first = await openTestStore({ dataDir });
    const second = openTestStore({ dataDir });
    await expect(second).rejects.toBeInstanceOf(StoreError);
    await expect(second).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(dataDir) as string,
    });
    await first.append(makeBatch([makeMessage('still works')]));
    await first.close();
    await expect(openTestStore({ dataDir })).resolves.toBeDefined();
  });

  test('a directory that cannot be written to is refused by name', async () => {
    const file = join(await makeDataDir(), 'a-file');
    await writeFile(file, '');
    await expect(openTestStore({ dataDir: join(file, 'data') })).rejects.toMatchObject({
      code: 'not-writable',
      message: expect.stringContaining(file) as string,
    });
  });

  test('a newer schema is refused and left alone', async () => {
    const dataDir = await makeClosedStore();
    const db = new Database(join(dataDir, DATABASE));
    db.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9e15)");
    db.close();
    const before = await readFiles(dataDir);
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ code: 'newer-schema' });
    expect(await readFiles(dataDir)).toEqual(before);
  });

  test('a store that can be written to says so, and one that is closed does not', async () => {
    const store = await openTestStore();
    await expect(store.checkWritable()).resolves.toBeUndefined();
    await store.close();
    await expect(store.checkWritable()).rejects.toThrow('closed');
  });

  test('closed is closed: idempotent, and everything after it says so', async () => {
    const store = await openTestStore();
    const last = store.append(makeBatch([makeMessage('last')]));
    await Promise.all([store.close(), store.close()]);
    await expect(last).resolves.toMatchObject({ accepted: 1 });
    const closed = { code: 'closed' };
    await expect(store.append(makeBatch([makeMessage('late')]))).rejects.toMatchObject(closed);
    await expect(store.listOrganisms()).rejects.toMatchObject(closed);
    await store.close();
  });
});

describe('damage', () => {
  const damages: Record<string, (path: string, dataDir: string) => Promise<void>> = {
    emptied: (path) => truncate(path, 0),
    deleted: (path) => rm(path),
    'cut in half': async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
    'without its header': async (path) => {
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0, 0, 100));
    },
    'overwritten in the middle': async (path) => {
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill('garbage!', 4096 * 3, bytes.length - 4096));
    },
    'another kind of file': (path) =>
      writeFile(path, 'not a database, but long enough '.repeat(50)),
  };

  test.each(Object.entries(damages))('%s: refused, and nothing is changed', async (_, damage) => {
    const dataDir = await makeClosedStore();
    await damage(join(dataDir, DATABASE), dataDir);
    const before = await readFiles(dataDir);
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(DATABASE) as string,
    });
    expect(await readFiles(dataDir)).toEqual(before);
  });

  test('an emptied database beside its log is not a new store', async () => {
    const dataDir = await makeDataDir();
    const acked = new Set<number>();
    await runAndKill(dataDir, acked, { batches: 3, mode: 'ack-after-commit' });
    const whole = await readFile(join(dataDir, DATABASE));
    await rm(join(dataDir, 'organoscope.epoch'));
    await truncate(join(dataDir, DATABASE), 0);
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    // The control: with its first file back, the log gives what was acknowledged.
    await writeFile(join(dataDir, DATABASE), whole);
    const store = await openTestStore({ dataDir });
    expect(await store.lastSeq()).toBeGreaterThanOrEqual(acked.size * KILL_BATCH_EVENTS);
  });
});

describe('migration', () => {
  test('one that fails in the middle leaves the old schema', async () => {
    const folder = join(await makeDataDir(), 'migrations');
    await mkdir(join(folder, 'meta'), { recursive: true });
    const entry = { idx: 0, version: '6', when: 1, tag: '0000_bad', breakpoints: true };
    await writeFile(join(folder, 'meta', '_journal.json'), JSON.stringify({ entries: [entry] }));
    const sql = (last: string) => `CREATE TABLE a (x);--> statement-breakpoint\n${last}`;
    await writeFile(join(folder, '0000_bad.sql'), sql('CREATE TABLE broken (;'));
    const db = new Database(':memory:');
    expect(() => migrateDatabase(db, { folder })).toThrow(StoreError);
    const tables = () => db.prepare('SELECT name FROM sqlite_schema').pluck().all();
    expect(tables()).toEqual([]);
    // The control: mended, all of it is there.
    await writeFile(join(folder, '0000_bad.sql'), sql('CREATE TABLE b (x);'));
    expect(migrateDatabase(db, { folder })).toBe(1);
    expect(tables()).toEqual(expect.arrayContaining(['a', 'b']));
  });
});

describe('a database held by another process', () => {
  /** Another thread with a connection of its own: to SQLite it is another process. */
  function holdDatabase(dataDir: string) {
    const path = JSON.stringify(join(dataDir, DATABASE));
    const worker = new Worker(
      `const Database = require('better-sqlite3');
       const { parentPort } = require('node:worker_threads');
       const db = new Database(${path});
       db.exec('BEGIN IMMEDIATE');
       parentPort.once('message', () => { db.exec('ROLLBACK'); db.close(); });
       parentPort.postMessage('held');`,
      { eval: true },
    );
    onTestFinished(async () => {
      await worker.terminate();
    });
    return worker;
  }

  test('delays an append and loses nothing', async () => {
    const dataDir = await makeDataDir();
    const warnings = new EventEmitter();
    const noticed = once(warnings, 'warning');
    const log = { ...SILENT_LOG, warn: (text: unknown) => warnings.emit('warning', text) };
    const store = await openTestStore({ dataDir, log: log as typeof SILENT_LOG });
    const holder = holdDatabase(dataDir);
    await once(holder, 'message');
    const append = store.append(makeBatch([makeMessage('late')]));
    expect(await noticed).toEqual([expect.stringContaining('Another process holds the database')]);
    // Reading goes on meanwhile.
    expect(await store.listOrganisms()).toEqual([]);
    holder.postMessage('let go', []);
    expect(await append).toMatchObject({ accepted: 1 });
    expect(store.stats().busyRetries).toBeGreaterThan(0);
  });
});
