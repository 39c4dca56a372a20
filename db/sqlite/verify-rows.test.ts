import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import { storeFiles } from './store-files.ts';
import { makeBatch, makeDataDir, makeMessage, makeUsage, openTestStore } from './store-fixtures.ts';

async function makeStore() {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const events = Array.from({ length: 50 }, (_, i) => [makeMessage(`m${i}`), makeUsage(`u${i}`)]);
  await store.append(makeBatch(events.flat()));
  return { store, database: storeFiles(dataDir).database };
}

function change(database: string, sql: string): void {
  const db = new Database(database);
  db.exec(sql);
  db.close();
}

test('rows as they were written are whole, in chunks', async () => {
  const { store } = await makeStore();
  const first = await store.verifyRows({ since: 0, limit: 60 });
  expect(first).toEqual({ checked: 60, unchecked: 0, damaged: [], next: 60 });
  const rest = await store.verifyRows({ since: first.next ?? 0, limit: 60 });
  expect(rest).toEqual({ checked: 40, unchecked: 0, damaged: [], next: null });
});

test.each([
  [
    'a letter of a body',
    "UPDATE journal SET body = replace(body, 'm3\"', 'm4\"') WHERE seq = 7",
    7,
  ],
  ['a key', "UPDATE journal SET key = 'm4' WHERE seq = 7", 7],
  ['a body that is no text', "UPDATE journal SET body = x'ff00' WHERE seq = 7", 7],
  ['a time', 'UPDATE journal SET occurred_at = occurred_at + 1 WHERE seq = 7', 7],
  ['the key hash', 'UPDATE journal SET key_hash = key_hash + 1 WHERE seq = 7', 7],
  ['the check value itself', 'UPDATE journal SET row_check = row_check + 1 WHERE seq = 7', 7],
  ['a cost', 'UPDATE usage SET cost_nanos = cost_nanos + 1 WHERE seq = 8', 8],
  ['a cost made unpriced', 'UPDATE usage SET cost_nanos = NULL WHERE seq = 8', 8],
  ['a token count', 'UPDATE usage SET reasoning = reasoning - 1 WHERE seq = 8', 8],
  ['a ledger row that is gone', 'DELETE FROM usage WHERE seq = 8', 8],
  ['a row at another position', 'UPDATE journal SET seq = 1000 WHERE seq = 7', 1000],
])('%s that is not what was written is named', async (_, sql, seq) => {
  const { store, database } = await makeStore();
  change(database, sql);
  const { damaged, unchecked } = await store.verifyRows({ since: 0, limit: 1000 });
  expect({ damaged, unchecked }).toEqual({ damaged: [seq], unchecked: 0 });
});

test('keys that the index should have and has not are named', async () => {
  const { store, database } = await makeStore();
  change(database, "UPDATE meta SET value = '3' WHERE key = 'keys_seq'");
  const { damaged } = await store.verifyRows({ since: 0, limit: 1000 });
  expect(damaged).toEqual([1, 2, 3]);
  change(database, 'INSERT INTO journal_keys SELECT key_hash, seq FROM journal WHERE seq <= 3');
  expect(await store.verifyRows({ since: 0, limit: 1000 })).toMatchObject({ damaged: [] });
});

test('rows without a check value are counted, not vouched for', async () => {
  const { store, database } = await makeStore();
  change(database, 'UPDATE journal SET row_check = NULL WHERE seq <= 3');
  const verified = await store.verifyRows({ since: 0, limit: 1000 });
  expect(verified).toEqual({ checked: 97, unchecked: 3, damaged: [], next: null });
});
