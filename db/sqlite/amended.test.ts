import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { amendPayload } from '#organism/amend-message.ts';
import { applyAll } from '#organism/apply.ts';
import { emptyOrganism } from '#organism/state.ts';

import { openReaderConnection } from './connection.ts';
import { createLookups } from './reader/lookups.ts';
import { listMessages } from './reader/message-queries.ts';
import { search } from './reader/search.ts';
import { createStatements } from './reader/statements.ts';
import { createIndexer } from './search/indexer.ts';
import { attachSearch, openSearchDatabase } from './search/search-database.ts';
import { storeFiles } from './store-files.ts';
import { makeBatch, makeDataDir, makeMessage, openTestStore } from './store-fixtures.ts';
import type { SqliteStore } from './store.ts';

const SHORT = { prompt: 'ask', completion: 'ans…' };
const LONG = { prompt: 'ask', completion: 'answer about walruses' };

const telling = (payload: object, key = 'm1') =>
  makeMessage(key, { payload, mayAmend: true, mayRepeat: true });
const listed = async (store: SqliteStore, text?: string) =>
  store.listMessages({ organismId: 'garden', limit: 10, offset: 0, text });
const shown = async (store: SqliteStore) => (await listed(store)).rows.map((row) => row.payload);

async function append(store: SqliteStore, ...payloads: object[]) {
  const results = [];
  for (const payload of payloads) results.push(await store.append(makeBatch([telling(payload)])));
  return results;
}

describe('a message told again with more in it', () => {
  test.each([
    ['short first', [SHORT, LONG]],
    ['long first', [LONG, SHORT]],
    ['over and over', [SHORT, LONG, SHORT, LONG, LONG, SHORT]],
  ])('is one message with the longer text: %s', async (_name, payloads) => {
    const store = await openTestStore();
    await append(store, ...payloads);
    expect(await shown(store)).toEqual([LONG]);
    expect((await listed(store)).total).toBe(1);
    const one = await store.listMessages({ organismId: 'garden', seq: 1, limit: 1, offset: 0 });
    expect(one.rows).toMatchObject([{ seq: 1, key: 'm1', payload: LONG }]);
    const { rows } = await store.listThreads({ organismId: 'garden', limit: 5, offset: 0 });
    expect(rows).toMatchObject([{ messageCount: 1 }]);
    expect(await store.readEvents({ since: 0, limit: 10 })).toHaveLength(
      payloads[0] === SHORT ? 2 : 1,
    );
  });

  test('is that in one batch, across batches of one commit, and in two at a time', async () => {
    const store = await openTestStore();
    const result = await store.append(makeBatch([telling(SHORT), telling(LONG), telling(SHORT)]));
    expect(result).toMatchObject({ accepted: 2, duplicate: 1, rejected: 0 });
    expect(result.stored[1]).toMatchObject({
      key: 'm1~1',
      payload: LONG,
      amends: { seq: 1, key: 'm1' },
    });
    await Promise.all(
      [SHORT, LONG, LONG].map((payload) => store.append(makeBatch([telling(payload, 'm2')]))),
    );
    expect(await shown(store)).toEqual([LONG, LONG]);
  });

  test('stays so after a restart, and any replay then changes nothing', async () => {
    const dataDir = await makeDataDir();
    const first = await openTestStore({ dataDir });
    await append(first, SHORT, LONG);
    await first.close();
    const store = await openTestStore({ dataDir });
    const before = await store.lastSeq();
    for (const result of await append(store, LONG, SHORT)) {
      expect(result).toMatchObject({ accepted: 0, duplicate: 1, rejected: 0 });
    }
    expect(await store.lastSeq()).toBe(before);
    expect(await shown(store)).toEqual([LONG]);
  });

  test('fills what was absent, a few times and no more', async () => {
    const store = await openTestStore();
    const fields = Array.from({ length: 12 }, (_, i) => ({ ...SHORT, [`field${i}`]: i }));
    const results = await append(store, SHORT, ...fields);
    expect(results.map(({ accepted }) => accepted)).toEqual([1, ...Array(8).fill(1), 0, 0, 0, 0]);
    expect(await shown(store)).toEqual([
      {
        ...SHORT,
        ...Object.fromEntries(fields.slice(0, 8).flatMap((each) => Object.entries(each))),
      },
    ]);
  });

  test('is found by the words that came later', async () => {
    const store = await openTestStore();
    await append(store, SHORT);
    await store.catchUpSearch();
    await append(store, LONG);
    await store.catchUpSearch();
    expect((await listed(store, 'walruses')).rows).toMatchObject([{ seq: 1, payload: LONG }]);
    expect((await listed(store, 'ask')).total).toBe(1);
  });

  test.each([
    ['no index', 0],
    ['an index of its first telling', 1],
    ['an index of both', 2],
  ])('is found once and shown with what came later: %s', async (_name, indexed) => {
    const dataDir = await makeDataDir();
    const files = storeFiles(dataDir);
    // The store's own index would be made at a moment of its choice.
    await mkdir(`${files.search}/in-the-way`, { recursive: true });
    const store = await openTestStore({ dataDir });
    const indexFile = join(dataDir, 'index-of-this-test.db');
    const reader = openReaderConnection(files.database);
    onTestFinished(() => void reader.close());
    for (const [place, payload] of [SHORT, LONG].entries()) {
      await append(store, payload);
      if (place >= indexed) continue;
      const index = openSearchDatabase(indexFile, store.epoch);
      createIndexer(reader, index).indexNext(100);
      index.close();
    }
    const statements = createStatements(
      () => reader,
      (db) => attachSearch(db, indexFile),
    );
    const deps = { statements, lookups: createLookups(statements) };
    const query = { organismId: 'garden', limit: 10, offset: 0 };
    for (const text of ['walruses', 'ask']) {
      const { rows, total } = listMessages(deps, { ...query, text });
      expect({ payloads: rows.map(({ payload }) => payload), total }).toEqual({
        payloads: [LONG],
        total: 1,
      });
    }
    expect(search(deps, { text: 'walruses', limit: 5 })).toEqual([
      {
        kind: 'message',
        id: '1',
        organismId: 'garden',
        title: 'greeter → shouter',
        detail: expect.stringContaining('answer about walruses'),
      },
    ]);
  });

  test('is counted once in the picture, which shows the longer text', async () => {
    const store = await openTestStore();
    await append(store, SHORT, LONG);
    const events = await store.readEvents({ since: 0, limit: 10 });
    const whole = applyAll(emptyOrganism('garden'), events);
    const inSteps = events.reduce(
      (state, event) => applyAll(state, [event]),
      emptyOrganism('garden'),
    );
    for (const picture of [whole, inSteps]) {
      expect(picture.counts.messages).toBe(1);
      expect(picture.recentMessages).toMatchObject([{ seq: 1, payload: LONG }]);
      expect(picture.threads.get('thread-1')?.messageCount).toBe(1);
      expect(picture.agents.get('greeter')?.sent).toBe(1);
    }
  });

  test('without leave to be amended is a conflict, as ever', async () => {
    const store = await openTestStore();
    await store.append(makeBatch([makeMessage('m1', { payload: SHORT })]));
    const again = await store.append(makeBatch([makeMessage('m1', { payload: LONG })]));
    expect(again).toMatchObject({ accepted: 0, rejected: 1 });
    expect(amendPayload(SHORT, LONG)).toEqual(LONG);
  });
});
