import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import Database from 'better-sqlite3';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';

import { storeFiles } from '#db/sqlite/store-files.ts';
import { createSqliteStore } from '#db/sqlite/store.ts';

import { BIG_ORGANISM, checkStore, copyBigStore, ensureBigStore } from './ten-million.ts';

const SIZE = { rows: 3000, messages: 300 };

function makeRoot(): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'organoscope-big-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

test('a large store is built once, opens, and its sums agree', async () => {
  const root = makeRoot();
  const built = ensureBigStore(SIZE, { root, log: () => {} });
  expect(ensureBigStore(SIZE, { root, log: () => {} })).toEqual(built);
  expect(readdirSync(root)).toHaveLength(1);

  const { dataDir } = copyBigStore(built, path.join(root, 'copy'));
  const store = await createSqliteStore({ dataDir, log: pino({ level: 'silent' }), readers: 1 });
  onTestFinished(() => store.close());
  const [total] = await store.sumUsage({ organismId: BIG_ORGANISM, groupBy: [] });
  const days = await store.dailyUsage({ organismId: BIG_ORGANISM, timezone: 'Europe/Berlin' });
  expect(total?.sum.requests).toBe(SIZE.rows);
  expect(days.reduce((sum, day) => sum + day.sum.costNanos, 0)).toBe(total?.sum.costNanos);
  expect(await store.loadSnapshots([BIG_ORGANISM])).toMatchObject([
    { organismId: BIG_ORGANISM, seq: await store.lastSeq(), usage: total?.sum },
  ]);
});

test('its check finds a sum that is off by one', () => {
  const root = makeRoot();
  const { dataDir } = ensureBigStore(SIZE, { root, log: () => {} });
  const db = new Database(storeFiles(dataDir).database);
  onTestFinished(() => void db.close());
  expect(() => checkStore(db, SIZE)).not.toThrow();
  db.exec(
    'UPDATE usage_day_model SET cost_nanos = cost_nanos + 1 WHERE bucket = (SELECT min(bucket) FROM usage_day_model)',
  );
  expect(() => checkStore(db, SIZE)).toThrow('usage_day_model is wrong');
});
