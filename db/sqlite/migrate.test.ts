import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { migrateDatabase } from './migrate.ts';
import { storeFiles } from './store-files.ts';
import {
  SILENT_LOG,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeReject,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';

const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url));

/** The migrations as they were when the first schema was released. */
async function makeFirstMigrations(): Promise<string> {
  const folder = join(await makeDataDir(), 'migrations');
  await mkdir(join(folder, 'meta'), { recursive: true });
  const journal = JSON.parse(await readFile(join(MIGRATIONS, 'meta/_journal.json'), 'utf8')) as {
    entries: unknown[];
  };
  const first = JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) });
  await writeFile(join(folder, 'meta/_journal.json'), first);
  await cp(join(MIGRATIONS, '0000_start.sql'), join(folder, '0000_start.sql'));
  return folder;
}

/** A closed store's rows in a database of the first schema, as its writer would have left them. */
async function makeFirstStore(dataDir: string): Promise<string> {
  const oldDir = await makeDataDir();
  const db = new Database(storeFiles(oldDir).database);
  migrateDatabase(db, { folder: await makeFirstMigrations() });
  db.exec(`ATTACH '${storeFiles(dataDir).database}' AS late`);
  const tables = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .filter(({ name }) => !name.startsWith('sqlite_') && name !== '__drizzle_migrations');
  for (const { name } of tables) {
    const columns = db.pragma(`table_info(${name})`) as { name: string }[];
    const values = columns.map((column) => (column.name === 'digest' ? '4711' : column.name));
    db.exec(`INSERT INTO main.${name} SELECT ${values.join(', ')} FROM late.${name}`);
  }
  db.exec("DELETE FROM meta WHERE key NOT IN ('epoch', 'last_seq')");
  db.close();
  await cp(storeFiles(dataDir).epoch, storeFiles(oldDir).epoch);
  return oldDir;
}

const EVENTS = [
  ...Array.from({ length: 300 }, (_, i) => makeUsage(`u${i}`, { costNanos: i, latencyMs: i / 8 })),
  makeUsage('bare', { price: null, costNanos: null, org: null, threadId: null, latencyMs: null }),
  makeUsage('odd\ud800', { reportedCostNanos: 7, metadata: { text: 'ä' } }),
  ...Array.from({ length: 100 }, (_, i) => makeMessage(`m${i}`)),
];

test('a store of the first schema keeps all it had, and what comes again is known', async () => {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  await store.append(makeBatch(EVENTS, { rejects: [makeReject()], cursors: { usage: '9' } }));
  const ask = async (from: typeof store) => ({
    epoch: from.epoch,
    events: await from.readEvents({ since: 0, limit: 1000 }),
    sums: await from.sumUsage({ groupBy: ['thread', 'model'] }),
    days: await from.dailyUsage({ timezone: 'UTC' }),
    agents: await from.dailyUsage({ timezone: 'UTC', groupBy: 'agent' }),
    models: await from.dailyUsage({ timezone: 'Europe/Berlin', groupBy: 'model' }),
    threads: await from.listThreads({ organismId: 'garden', limit: 10, offset: 0 }),
    counts: await from.sourceCounts(),
    cursor: await from.getCursor('lab', 'usage'),
    lastSeq: await from.lastSeq(),
  });
  const before = await ask(store);
  await store.close();

  const oldDir = await makeFirstStore(dataDir);
  const warnings: unknown[] = [];
  const log = { ...SILENT_LOG, warn: (text: unknown) => warnings.push(text) };
  const migrated = await openTestStore({ dataDir: oldDir, log: log as typeof SILENT_LOG });
  expect(await ask(migrated)).toEqual(before);
  expect(await migrated.verifyRows({ since: 0, limit: 1000 })).toEqual({
    checked: EVENTS.length,
    unchecked: 0,
    damaged: [],
    next: null,
  });
  expect(await migrated.append(makeBatch(EVENTS))).toMatchObject({ duplicate: EVENTS.length });
  const changed = makeBatch([makeUsage('u1', { latencyMs: 99 }), makeUsage('new')]);
  expect(await migrated.append(changed)).toMatchObject({ accepted: 1, rejected: 1 });

  // The database from before is beside it, and still opens.
  const copy = `${storeFiles(oldDir).database}.schema-1`;
  expect(warnings).toEqual([expect.stringContaining(copy)]);
  expect(await readdir(oldDir)).not.toContain(`${copy}.unfinished`);
  const old = new Database(copy, { readonly: true });
  expect(old.prepare('SELECT count(*) FROM journal WHERE digest = 4711').pluck().get()).toBe(
    EVENTS.length,
  );
  old.close();
});
