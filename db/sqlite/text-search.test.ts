import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';

import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { MessageQuery, PreparedEvent } from '#db/store.ts';
import type { DraftOf } from '#organism/event.ts';
import { matchesSearch, parseSearch, payloadText, wordsOf } from '#organism/search-words.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import { BLOCK_POSITIONS } from './search/search-database.ts';
import { storeFiles } from './store-files.ts';
import {
  NOON,
  SILENT_LOG,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';
import type { SqliteStore } from './store.ts';

type Message = DraftOf<'message'>;

const text = fc
  .array(fc.constantFrom('oak', 'oakum', 'Birch', 'élan', '日本語', 'a_b'), { maxLength: 4 })
  .map((words) => words.join(' '));
const message = fc.record({
  text,
  occurredAt: fc.constantFrom(NOON, NOON + 1, NOON + 5000, NOON - 9e9),
  threadId: fc.constantFrom('t1', 't2', 't3'),
  from: fc.constantFrom('ash', 'elm', ''),
  to: fc.constantFrom('ash', 'yew'),
  payloadType: fc.constantFrom('Task', 'Note'),
});
const search = fc.constantFrom(
  'oak',
  'oaku',
  'birch oak',
  'ELAN',
  'elan o',
  '本',
  'b',
  'nothing',
  '%',
);
const filter = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const query = fc.record({
  text: filter(search),
  agent: filter(fc.constantFrom('ash', 'elm', 'never')),
  payloadType: filter(fc.constantFrom('Task', 'Note', 'never')),
  threadIds: filter(fc.constantFrom(['t1'], ['t1', 't3'], ['never'])),
  direction: fc.constantFrom('newest-first' as const, 'oldest-first' as const),
  limit: fc.integer({ min: 1, max: 4 }),
  offset: fc.integer({ min: 0, max: 3 }),
});

function matches(one: Message, asked: Partial<MessageQuery>): boolean {
  return (
    (asked.text === undefined ||
      matchesSearch(wordsOf(payloadText(one.payload)), parseSearch(asked.text))) &&
    (asked.agent === undefined || one.from === asked.agent || one.to === asked.agent) &&
    (asked.payloadType === undefined || one.payloadType === asked.payloadType) &&
    (asked.threadIds?.includes(one.threadId) ?? true)
  );
}

/** In the order of the source's clock; those stored later settle ties. */
function inOrder(messages: readonly Message[], direction: MessageQuery['direction']): Message[] {
  const oldestFirst = messages.toSorted((a, b) => a.occurredAt - b.occurredAt);
  return direction === 'oldest-first' ? oldestFirst : oldestFirst.reverse();
}

describe('text search', () => {
  test('finds what a plain filter finds, page by page, however far the index reaches', async () => {
    const store = await openTestStore();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        query,
        async (records, pick, asked) => {
          run += 1;
          const indexedCount = pick % (records.length + 1);
          const organismId = `run-${run}`;
          const messages = records.map(({ text: words, ...facts }, i) =>
            makeMessage(`${run}.${i}`, { ...facts, payload: { text: words } }),
          );
          const own = { organismId, source: organismId };
          await store.append(makeBatch(messages.slice(0, indexedCount), own));
          await store.catchUpSearch();
          await store.append(makeBatch(messages.slice(indexedCount), own));
          const expected = inOrder(
            messages.filter((one) => matches(one, asked)),
            asked.direction,
          );
          const page = await store.listMessages({ ...asked, organismId });
          const ids = page.rows.map((row) => row.id);
          const { offset, limit } = asked;
          expect(ids).toEqual(expected.slice(offset, offset + limit).map((one) => one.id));
          expect(page.total).toBe(expected.length);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of a common word reads the blocks a page lies in, in the order of time', async () => {
    const store = await openTestStore();
    const count = 2.5 * BLOCK_POSITIONS;
    const EARLY = 2500;
    // The second block's messages are from before the first's; every third has the word. Positions
    // begin at 1.
    const messages = Array.from({ length: count }, (_, i) =>
      makeMessage(`m${i}`, {
        occurredAt: NOON + (i + 1 < BLOCK_POSITIONS ? i : i - 2 * BLOCK_POSITIONS) * 10,
        threadId: `t${i % 50}`,
        payload: `${i % 3 === 0 ? 'common' : 'other'} ${i < EARLY ? 'early' : 'late'}`,
      }),
    );
    for (let at = 0; at < count; at += 5000) {
      await store.append(makeBatch(messages.slice(at, at + 5000)));
    }
    await store.catchUpSearch();
    const common = inOrder(
      messages.filter(({ payload }) => String(payload).startsWith('common')),
      'newest-first',
    );
    const ask = { organismId: 'garden', text: 'comm', limit: 50, offset: 0 };
    const first = await store.listMessages(ask);
    expect(common.length).toBeGreaterThan(10_000);
    expect(first).toMatchObject({ total: 10_000, isTotalAtLeast: true });
    const inOne = await store.listMessages({ ...ask, threadIds: ['t0'] });
    const ofOne = common.filter((one) => one.threadId === 't0');
    expect(inOne).toMatchObject({ total: ofOne.length, isTotalAtLeast: false });
    expect(first.rows.map((row) => row.id)).toEqual(common.slice(0, 50).map((one) => one.id));
    for (const at of [3000, 9000, common.length - 20]) {
      const { rows } = await store.listMessages({ ...ask, offset: at });
      expect(rows.map((row) => row.id)).toEqual(common.slice(at, at + 50).map((one) => one.id));
      const [row] = rows;
      const behind = await store.listMessages({ ...ask, beforeSeq: row?.seq });
      expect(behind.rows.map((one) => one.id)).toEqual(
        common.slice(at + 1, at + 51).map((one) => one.id),
      );
    }
    const oldest = await store.listMessages({ ...ask, direction: 'oldest-first' });
    expect(oldest.rows.map((row) => row.id)).toEqual(
      common
        .toReversed()
        .slice(0, 50)
        .map((one) => one.id),
    );
    // Too many to be put in order at once, and none in most of the blocks.
    const early = await store.listMessages({ ...ask, text: 'early', direction: 'oldest-first' });
    expect(early.total).toBe(EARLY);
    expect(early.rows.map((row) => row.id)).toEqual(messages.slice(0, 50).map((one) => one.id));
    // Too many messages to list their threads: each thread is asked.
    const threads = await store.listThreads({ ...ask, sort: 'created', direction: 'asc' });
    const all = await store.listThreads({
      ...ask,
      text: undefined,
      sort: 'created',
      direction: 'asc',
    });
    expect(threads.rows).toEqual(all.rows);
    expect(threads).toMatchObject({ total: 50, isTotalAtLeast: false });
    const some = await store.listThreads({ ...ask, limit: 10 });
    expect(some).toMatchObject({ total: 11, isTotalAtLeast: true });
  });

  test('of a beginning that very many words have finds them all', async () => {
    const store = await openTestStore();
    const messages = Array.from({ length: 40 }, (_, i) => {
      const words = Array.from({ length: 20 }, (_word, n) => `oak${i}x${n}`);
      return makeMessage(`m${i}`, { occurredAt: NOON + i, payload: words.join(' ') });
    });
    await store.append(makeBatch([...messages, makeMessage('other', { payload: 'oa birch' })]));
    await store.catchUpSearch();
    const find = async (text: string) =>
      (await store.listMessages({ organismId: 'garden', text, limit: 100, offset: 0 })).total;
    expect(await find('oak')).toBe(40);
    expect(await find('oak39')).toBe(1);
    expect(await find('oa')).toBe(41);
    expect(await find('o')).toBe(41);
    expect(await find('oaks')).toBe(0);
  });

  test('of errors goes by words, severity, agent and thread', async () => {
    const store = await openTestStore();
    const severities = ['warning', 'error', 'fatal'] as const;
    const errors = Array.from({ length: 12 }, (_, i) =>
      makeError(`e${i}`, {
        occurredAt: NOON + i,
        text: i % 2 === 0 ? 'Rate limit reached' : 'Tool timed out',
        severity: severities[i % 3] ?? 'error',
        agent: i % 4 === 0 ? 'ash' : null,
      }),
    );
    await store.append(makeBatch(errors.slice(0, 7)));
    await store.catchUpSearch();
    await store.append(makeBatch([...errors.slice(7), makeMessage('rate limit fatal')]));
    const ask = async (asked: Partial<Parameters<SqliteStore['listErrors']>[0]>) => {
      const { rows, total } = await store.listErrors({
        organismId: 'garden',
        limit: 100,
        offset: 0,
        ...asked,
      });
      expect(total).toBe(rows.length);
      return rows.map((row) => row.key);
    };
    expect(await ask({ text: 'lim' })).toEqual(['e10', 'e8', 'e6', 'e4', 'e2', 'e0']);
    expect(await ask({ severity: 'fatal' })).toEqual(['e11', 'e8', 'e5', 'e2']);
    expect(await ask({ severity: 'fatal', text: 'rate' })).toEqual(['e8', 'e2']);
    expect(await ask({ severity: 'warning', agent: 'ash' })).toEqual(['e0']);
    expect(await ask({ text: 'rate', threadId: 'thread-1', agent: 'never' })).toEqual([]);
    const first = await store.listErrors({
      organismId: 'garden',
      text: 'lim',
      limit: 4,
      offset: 0,
    });
    const after = first.next ?? undefined;
    const next = await store.listErrors({
      organismId: 'garden',
      text: 'lim',
      limit: 4,
      offset: 0,
      after,
    });
    expect(next.rows.map((row) => row.key)).toEqual(['e2', 'e0']);
    expect(next.next).toBeNull();
  });
});

function makeError(key: string, more: Partial<DraftOf<'error'>>): PreparedEvent {
  const facts = { threadId: 'thread-1', agent: null, text: '', severity: 'error' } as const;
  return { type: 'error', key, occurredAt: NOON, receivedAt: NOON, ...facts, ...more };
}

describe('the index', () => {
  const ask = { organismId: 'garden', text: 'hello', limit: 10, offset: 0 };
  const count = async (store: SqliteStore) => (await store.listMessages(ask)).total;

  test.each([
    ['lost', (file: string) => rm(file)],
    ['damaged', (file: string) => writeFile(file, 'not a database '.repeat(1000))],
    ['emptied', (file: string) => writeFile(file, '')],
  ])('that was %s is made again', async (_, damage) => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    await store.append(makeBatch([makeMessage('1'), makeUsage('u'), makeMessage('2')]));
    await store.catchUpSearch();
    expect(await count(store)).toBe(2);
    await store.close();
    await damage(storeFiles(dataDir).search);
    const again = await openTestStore({ dataDir });
    expect(await count(again)).toBe(2);
    await again.catchUpSearch();
    expect(await count(again)).toBe(2);
    await again.append(makeBatch([makeMessage('3')]));
    expect(await count(again)).toBe(3);
  });

  test('of another store is not believed', async () => {
    const [dataDir, otherDir] = [await makeDataDir(), await makeDataDir()];
    const other = await openTestStore({ dataDir: otherDir });
    await other.append(makeBatch([makeMessage('1'), makeMessage('2'), makeMessage('3')]));
    await other.catchUpSearch();
    await other.close();
    const store = await openTestStore({ dataDir });
    await store.append(makeBatch([makeMessage('mine', { payload: 'hello' }), makeUsage('u')]));
    await store.close();
    await rm(storeFiles(dataDir).search, { force: true });
    await copyFile(storeFiles(otherDir).search, storeFiles(dataDir).search);
    const again = await openTestStore({ dataDir });
    expect(await count(again)).toBe(1);
    await again.catchUpSearch();
    expect(await count(again)).toBe(1);
  });

  test('that cannot be written is told, and searches are right without it', async () => {
    const dataDir = await makeDataDir();
    await mkdir(`${storeFiles(dataDir).search}/in-the-way`, { recursive: true });
    const warnings: unknown[] = [];
    const log = { ...SILENT_LOG, warn: (line: unknown) => void warnings.push(line) };
    const store = await openTestStore({ dataDir, log: log as typeof SILENT_LOG });
    await store.append(makeBatch([makeMessage('1')]));
    await expect(store.catchUpSearch()).rejects.toThrow('Cannot run open');
    expect(await count(store)).toBe(1);
    expect(await store.append(makeBatch([makeMessage('2')]))).toMatchObject({ accepted: 1 });
    expect(await count(store)).toBe(2);
  });

  test('lets go of the words of what is no longer kept', async () => {
    const dataDir = await makeDataDir();
    const store = await openTestStore({ dataDir });
    const errors = [makeError('e1', { text: 'hello error' })];
    await store.append(makeBatch([makeMessage('1'), makeMessage('2'), ...errors]));
    await store.catchUpSearch();
    const seq = await store.lastSeq();
    await store.saveSnapshot({ ...toSnapshot(emptyOrganism('garden')), seq });
    const index = new Database(storeFiles(dataDir).search, { readonly: true });
    onTestFinished(() => void index.close());
    const indexed = (words: string) =>
      index.prepare('SELECT rowid FROM documents WHERE documents MATCH ?').pluck().all(words);
    expect(indexed('hello')).toEqual([1, 2, 3]);
    const request = { receivedBefore: NOON + 9e9, limit: 100 };
    await store.prune({ kind: 'payloads', ...request });
    await store.catchUpSearch();
    expect(indexed('hello')).toEqual([3]);
    expect(await count(store)).toBe(0);
    const byType = { organismId: 'garden', payloadType: 'Greeting', limit: 10, offset: 0 };
    expect((await store.listMessages(byType)).total).toBe(2);
    await store.prune({ kind: 'errors', ...request });
    await store.prune({ kind: 'messages', ...request });
    await store.catchUpSearch();
    expect(indexed('hello')).toEqual([]);
    expect((await store.listMessages(byType)).total).toBe(0);
    expect(index.prepare('SELECT count(*) FROM documents').pluck().get()).toBe(0);
  });
});
