import { hash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';

import {
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  openTestStore,
} from '../store-fixtures.ts';
import { backUpStore } from './backup.ts';
import { examineStore } from './doctor.ts';
import { restoreStore } from './restore.ts';
import { verifyBackup } from './verify-backup.ts';

const DATABASE = 'organoscope.db';

async function makeStore(messages = 500): Promise<{ dataDir: string; epoch: string }> {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const events = Array.from({ length: messages }, (_, i) => makeMessage(`m${i}`));
  await store.append(makeBatch([...events, makeUsage('u')]));
  const { epoch } = store;
  await store.close();
  return { dataDir, epoch };
}

async function backupPath(): Promise<string> {
  return join(await makeDataDir(), 'backup.db');
}

function digestOf(file: string): string {
  return hash('sha256', readFileSync(file));
}

function digestsIn(dir: string): Record<string, string> {
  return Object.fromEntries(readdirSync(dir).map((name) => [name, digestOf(join(dir, name))]));
}

describe('a backup', () => {
  test('of a store at rest says what it holds, and leaves the store as it was', async () => {
    const { dataDir, epoch } = await makeStore();
    const before = digestOf(join(dataDir, DATABASE));
    const file = await backupPath();
    const manifest = await backUpStore({ dataDir, file });
    expect(manifest).toMatchObject({ epoch, lastSeq: 501, sha256: digestOf(file) });
    expect(manifest.rows).toMatchObject({ journal: 501, messages: 500, usage: 1 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(digestOf(join(dataDir, DATABASE))).toBe(before);
    expect(readdirSync(dataDir)).not.toContain(`${DATABASE}-wal`);
    await expect(verifyBackup(file)).resolves.toEqual(manifest);
  });

  test('holds one moment of a store that is written to meanwhile', async () => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    const payload = { text: 'x'.repeat(1000) };
    const first = Array.from({ length: 3000 }, (_, i) => makeMessage(`m${i}`, { payload }));
    await store.append(makeBatch(first));
    let appended = 3000;
    const done = new AbortController();
    const writing = (async () => {
      while (!done.signal.aborted) {
        await store.append(makeBatch([makeMessage(`m${appended}`)]));
        appended += 1;
      }
    })();
    const file = await backupPath();
    const steps: number[] = [];
    const manifest = await backUpStore({
      dataDir,
      file,
      onProgress: ({ doneBytes }) => steps.push(doneBytes),
    });
    done.abort();
    await writing;
    expect(steps.length).toBeGreaterThan(2);
    // The copy never started over: it only went forward.
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(manifest.rows['journal']).toBe(manifest.lastSeq);
    expect(manifest.lastSeq).toBeLessThan(appended);
    await expect(verifyBackup(file)).resolves.toEqual(manifest);
  });

  test('never overwrites, and one that fails leaves nothing behind', async () => {
    const { dataDir } = await makeStore();
    const file = await backupPath();
    writeFileSync(file, 'mine');
    await expect(backUpStore({ dataDir, file })).rejects.toMatchObject({ code: 'not-writable' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const other = await backupPath();
    truncateSync(join(dataDir, DATABASE), 8192);
    await expect(backUpStore({ dataDir, file: other })).rejects.toMatchObject({ code: 'corrupt' });
    expect(readdirSync(join(other, '..'))).toEqual([]);
  });

  test.each<[string, (file: string) => void]>([
    ['cut short', (file) => truncateSync(file, statSync(file).size - 4096)],
    ['changed by one byte', (file) => flipByte(file, 9000)],
    ['without its manifest', (file) => writeFileSync(`${file}.json`, '')],
    ['with a manifest of other counts', (file) => lieAboutRows(file)],
  ])('%s is not taken for one', async (_, damage) => {
    const { dataDir } = await makeStore();
    const file = await backupPath();
    await backUpStore({ dataDir, file });
    damage(file);
    await expect(verifyBackup(file)).rejects.toMatchObject({ code: 'corrupt' });
    const before = digestsIn(dataDir);
    await expect(restoreStore({ dataDir, file })).rejects.toMatchObject({ code: 'corrupt' });
    expect(digestsIn(dataDir)).toEqual(before);
  });
});

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

function lieAboutRows(file: string): void {
  const manifest = readFileSync(`${file}.json`, 'utf8');
  writeFileSync(`${file}.json`, manifest.replace('"journal": 501', '"journal": 502'));
}

describe('a restore', () => {
  test('gives back what was there, under a new epoch, and keeps what it replaced', async () => {
    const { dataDir, epoch } = await makeStore();
    const file = await backupPath();
    await backUpStore({ dataDir, file });
    const store = await openTestStore({ dataDir });
    await store.append(makeBatch([makeMessage('after the backup')]));
    await store.close();
    const replaced = digestOf(join(dataDir, DATABASE));

    const restored = await restoreStore({ dataDir, file });
    expect(restored.epoch).not.toBe(epoch);
    expect(digestOf(join(restored.keptIn ?? '', DATABASE))).toBe(replaced);
    const again = await openTestStore({ dataDir });
    expect(again.epoch).toBe(restored.epoch);
    expect(await again.lastSeq()).toBe(501);
    expect(await again.append(makeBatch([makeMessage('m1')]))).toMatchObject({ duplicate: 1 });
    expect(await again.append(makeBatch([makeMessage('after the backup')]))).toMatchObject({
      accepted: 1,
    });
  });

  test('works onto a damaged store and into an empty directory', async () => {
    const { dataDir } = await makeStore();
    const file = await backupPath();
    await backUpStore({ dataDir, file });
    truncateSync(join(dataDir, DATABASE), 0);
    await expect(openTestStore({ dataDir })).rejects.toMatchObject({ code: 'corrupt' });
    for (const target of [dataDir, await makeDataDir()]) {
      await restoreStore({ dataDir: target, file });
      const store = await openTestStore({ dataDir: target });
      expect(await store.lastSeq()).toBe(501);
    }
  });

  test('is refused while a server holds the store', async () => {
    const { dataDir } = await makeStore();
    const file = await backupPath();
    await backUpStore({ dataDir, file });
    await openTestStore({ dataDir });
    await expect(restoreStore({ dataDir, file })).rejects.toMatchObject({ code: 'locked' });
  });
});

describe('the doctor', () => {
  test('finds a healthy store healthy, served or not, and changes nothing', async () => {
    const { dataDir, epoch } = await makeStore();
    const before = digestsIn(dataDir);
    const diagnosis = examineStore(dataDir);
    expect(diagnosis).toMatchObject({ isHealthy: true, isServed: false, lastBackup: null });
    expect(diagnosis.contents).toMatchObject({ epoch, lastSeq: 501 });
    expect(diagnosis.contents?.space[0]).toMatchObject({ name: 'journal', kind: 'table' });
    expect(diagnosis.contents?.prices).toMatchObject({ requests: 1, unpricedRequests: 0 });
    expect(digestsIn(dataDir)).toEqual({ ...before, 'organoscope.lock': expect.any(String) });
    const store = await openTestStore({ dataDir });
    await store.append(makeBatch([makeUsage('unpriced', { costNanos: null, price: null })]));
    expect(examineStore(dataDir)).toMatchObject({
      isHealthy: true,
      isServed: true,
      contents: { prices: { unpricedRequests: 1, unpriced: [{ unpricedRequests: 1 }] } },
    });
  });

  test.each<[string, (database: string) => void]>([
    ['an index that does not match its table', (file) => spoilIndex(file)],
    ['a journal with rows missing', (file) => run(file, 'DELETE FROM journal WHERE seq = 7')],
    [
      'another text in an event',
      (file) => run(file, "UPDATE journal SET body = replace(body, 'm7', 'm8')"),
    ],
    ['a nano-dollar too many', (file) => run(file, 'UPDATE usage SET cost_nanos = cost_nanos + 1')],
    ['a database cut in half', (file) => truncateSync(file, statSync(file).size / 2)],
    ['an emptied database', (file) => truncateSync(file, 0)],
  ])('finds %s', async (_, damage) => {
    const { dataDir } = await makeStore();
    damage(join(dataDir, DATABASE));
    const { isHealthy, checks } = examineStore(dataDir);
    expect(isHealthy).toBe(false);
    expect(checks.flatMap(({ problems }) => problems).join()).not.toBe('');
  });

  test('looks at a store of an older schema, and a backup of one can be restored', async () => {
    const { dataDir } = await makeStore();
    const added = readFileSync('db/sqlite/migrations/0004_billing_kind.sql', 'utf8');
    run(
      join(dataDir, DATABASE),
      `DROP TABLE journal_keys; CREATE INDEX journal_key_hash ON journal (key_hash);
       DELETE FROM meta WHERE key = 'keys_seq';
       DROP TABLE amended_messages; DROP TABLE usage_week;
       ${['created', 'messages', 'tokens', 'cost', 'budget']
         .map((order) => `DROP INDEX threads_${order};`)
         .join(' ')}
       DELETE FROM __drizzle_migrations WHERE id > 3;
       ${[...added.matchAll(/ALTER TABLE (\S+) ADD (\S+)/g)]
         .map(([, table, column]) => `ALTER TABLE ${table} DROP COLUMN ${column};`)
         .join(' ')}`,
    );
    expect(examineStore(dataDir)).toMatchObject({ isHealthy: true });
    const file = await backupPath();
    await backUpStore({ dataDir, file });
    await restoreStore({ dataDir, file });
    const store = await openTestStore({ dataDir });
    expect(await store.append(makeBatch([makeMessage('m1')]))).toMatchObject({ duplicate: 1 });
  });

  test('has nothing to say where there is no store', async () => {
    const dataDir = await makeDataDir();
    expect(() => examineStore(dataDir)).toThrow(dataDir);
  });
});

function run(database: string, sql: string): void {
  const db = new Database(database);
  db.unsafeMode(true);
  db.exec(sql);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** The row is gone from one index only: what `quick_check` does not look at. */
function spoilIndex(database: string): void {
  run(
    database,
    `PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(sql, 'occurred_at', 'seq') WHERE name = 'messages_thread';`,
  );
}
