import { describe, expect, test } from 'vitest';

import type { MessageQuery, PreparedEvent, Store, ThreadQuery } from '#db/store.ts';
import { applyAll } from '#organism/apply.ts';
import type { DraftOf } from '#organism/event.ts';
import { parseSearch } from '#organism/search-words.ts';
import { type SNAPSHOT_VERSION, toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import {
  NOON,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';

const receivedAt = NOON + 5;

function makeThread(
  threadId: string,
  more: Partial<DraftOf<'thread_updated'>> = {},
): PreparedEvent {
  const key = `${threadId} ${JSON.stringify(more)}`;
  return {
    type: 'thread_updated',
    key,
    threadId,
    status: 'active',
    occurredAt: NOON,
    receivedAt,
    ...more,
  };
}

function makeError(key: string, more: Partial<DraftOf<'error'>> = {}): PreparedEvent {
  return {
    type: 'error',
    key,
    occurredAt: NOON,
    receivedAt,
    threadId: 'thread-1',
    agent: 'greeter',
    text: `failed ${key}`,
    severity: 'error',
    ...more,
  };
}

function makeBudget(threadId: string, totalTokens: number, maxTokens: number): PreparedEvent {
  const tokens = { promptTokens: totalTokens, completionTokens: 0, totalTokens, maxTokens };
  return {
    type: 'budget',
    key: `b ${threadId}`,
    threadId,
    occurredAt: NOON,
    receivedAt,
    ...tokens,
  };
}

describe('messages', () => {
  /** 20 messages, a second apart, in three threads; every fourth is a shout. */
  const messages = Array.from({ length: 20 }, (_, i) =>
    makeMessage(`m${i}`, {
      occurredAt: NOON + i * 1000,
      threadId: `t${i % 3}`,
      from: i % 2 === 0 ? 'greeter' : 'shouter',
      to: i % 5 === 0 ? 'greeter' : 'tool',
      payloadType: i % 4 === 0 ? 'Shout' : 'Greeting',
      payload: { text: i === 7 ? 'a "quoted" 100%_sure\nline' : `hello ${i}` },
    }),
  );
  const page = { organismId: 'garden', limit: 100, offset: 0 };

  async function list(store: Store, query: Partial<MessageQuery>) {
    const { rows, total } = await store.listMessages({ ...page, ...query });
    return { ids: rows.map((row) => row.id), total };
  }

  test('newest first, by the time of the source and not of arrival', async () => {
    const store = await openTestStore();
    await store.append(makeBatch(messages.toReversed()));
    const newestFirst = messages.map((message) => message.id).toReversed();
    expect(await list(store, {})).toEqual({ ids: newestFirst, total: 20 });
    expect((await list(store, { limit: 3, offset: 2 })).ids).toEqual(['m17', 'm16', 'm15']);
    const oldest = await list(store, { direction: 'oldest-first', limit: 2 });
    expect(oldest).toEqual({ ids: ['m0', 'm1'], total: 20 });
  });

  test('filters agree with a plain filter, page by page', async () => {
    const store = await openTestStore();
    await store.append(makeBatch(messages));
    const queries: [Partial<MessageQuery>, (m: DraftOf<'message'>) => boolean][] = [
      [{ agent: 'greeter' }, (m) => m.from === 'greeter' || m.to === 'greeter'],
      [{ threadIds: ['t1'] }, (m) => m.threadId === 't1'],
      [{ threadIds: ['t1', 't2', 'never'] }, (m) => m.threadId !== 't0'],
      [{ payloadType: 'Shout' }, (m) => m.payloadType === 'Shout'],
      [
        { payloadType: 'Shout', agent: 'tool', threadIds: ['t0', 't1'] },
        (m) => m.payloadType === 'Shout' && m.to === 'tool' && m.threadId !== 't2',
      ],
      [{ text: 'HELLO 1' }, (m) => JSON.stringify(m.payload).includes('hello 1')],
      [
        { text: 'hello', agent: 'greeter' },
        (m) => m.id !== 'm7' && (m.from === 'greeter' || m.to === 'greeter'),
      ],
      [{ text: '"quoted" 100%_sure\nline' }, (m) => m.id === 'm7'],
      // Neither the wildcards of LIKE nor the names of our own fields.
      [{ text: 'h%o' }, () => false],
      [{ text: 'payload' }, () => false],
      [{ agent: 'never' }, () => false],
      [{ payloadType: 'never' }, () => false],
      [{ organismId: 'never' }, () => false],
    ];
    for (const [query, matches] of queries) {
      const expected = messages
        .filter(matches)
        .map((message) => message.id)
        .toReversed();
      expect(await list(store, query)).toEqual({ ids: expected, total: expected.length });
      const second = await list(store, { ...query, limit: 2, offset: 2 });
      expect(second).toEqual({ ids: expected.slice(2, 4), total: expected.length });
    }
  });

  test('keyset pages neither repeat nor leave out, also where times are equal', async () => {
    const store = await openTestStore();
    const twins = messages.map((message) => ({ ...message, occurredAt: NOON }));
    await store.append(makeBatch(twins));
    const seen: string[] = [];
    let beforeSeq: number | undefined;
    for (;;) {
      const { rows } = await store.listMessages({ ...page, limit: 3, beforeSeq });
      if (rows.length === 0) break;
      seen.push(...rows.map((row) => row.id));
      beforeSeq = rows.at(-1)?.seq;
    }
    expect(seen).toEqual(messages.map((message) => message.id).toReversed());
    const { rows: after } = await store.listMessages({
      ...page,
      afterSeq: 18,
      direction: 'oldest-first',
    });
    expect(after.map((row) => row.id)).toEqual(['m18', 'm19']);
  });
});

describe('threads', () => {
  const page = { organismId: 'garden', limit: 100, offset: 0 };

  async function list(store: Store, query: Partial<ThreadQuery>) {
    const { rows, total } = await store.listThreads({ ...page, ...query });
    return { ids: rows.map((row) => row.id), total };
  }

  test('merged as the reducer merges them', async () => {
    const store = await openTestStore();
    const { stored } = await store.append(
      makeBatch([
        makeThread('t', { messageCount: 7, participants: ['api', ''], createdAt: NOON - 50 }),
        makeMessage('m', { threadId: 't', occurredAt: NOON + 10 }),
        makeThread('t', { status: 'error', error: 'boom', messageCount: 3 }),
        makeThread('t', { status: 'killed', parentThread: 'p', conversation: 'c' }),
        makeUsage('u', { threadId: 't', occurredAt: NOON + 20 }),
        makeUsage('v', { threadId: 't', costNanos: null, price: null }),
        makeBudget('t', 75, 100),
        makeMessage('n', { threadId: 'only-message' }),
      ]),
    );
    const state = applyAll(emptyOrganism('garden'), stored);
    for (const id of ['t', 'only-message']) {
      const thread = await store.getThread('garden', id);
      const view = state.threads.get(id)!;
      expect(thread).toMatchObject({
        status: view.status,
        messageCount: view.messageCount,
        createdAt: view.createdAt,
        lastActivity: view.lastActivity,
        error: view.error,
        parentThread: view.parentThread,
        conversation: view.conversation,
        costNanos: view.usage.costNanos,
        unpricedRequests: view.usage.unpricedRequests,
      });
      expect(thread?.budget?.totalTokens).toBe(view.budget?.totalTokens);
      expect(new Set(thread?.participants)).toEqual(
        new Set(view.participants.filter((name) => name !== '')),
      );
    }
    expect(await store.getThread('garden', 'never')).toBeNull();
    expect(await store.getThread('never', 't')).toBeNull();
  });

  test('filters, sorts and pages', async () => {
    const store = await openTestStore();
    await store.append(
      makeBatch([
        makeThread('a', { lastActivity: NOON + 1, createdAt: NOON + 9, messageCount: 5 }),
        makeThread('b', { lastActivity: NOON + 2, createdAt: NOON + 8, participants: ['solo'] }),
        makeThread('c', { lastActivity: NOON + 3, status: 'error', error: 'Timeout of x' }),
        makeMessage('m', { threadId: 'd', occurredAt: NOON + 4, payload: 'find-me' }),
        makeUsage('u', { threadId: 'a', occurredAt: NOON, costNanos: 5 }),
        makeUsage('v', {
          threadId: 'b',
          occurredAt: NOON,
          costNanos: 9,
          tokens: { inputFresh: 1, cacheRead: 0, cacheWrite: 0, outputVisible: 0, reasoning: 0 },
        }),
        makeBudget('a', 10, 100),
        makeBudget('b', 99, 100),
        makeBudget('c', 500, 0),
      ]),
    );
    expect(await list(store, {})).toEqual({ ids: ['d', 'c', 'b', 'a'], total: 4 });
    expect((await list(store, { direction: 'asc', limit: 2, offset: 1 })).ids).toEqual(['b', 'c']);
    expect((await list(store, { sort: 'cost' })).ids.slice(0, 2)).toEqual(['b', 'a']);
    expect((await list(store, { sort: 'tokens' })).ids.slice(0, 2)).toEqual(['a', 'b']);
    expect((await list(store, { sort: 'messages' })).ids.slice(0, 2)).toEqual(['a', 'd']);
    expect((await list(store, { sort: 'created' })).ids.slice(0, 3)).toEqual(['a', 'b', 'd']);
    expect((await list(store, { sort: 'budget' })).ids.slice(0, 2)).toEqual(['b', 'a']);
    expect(await list(store, { status: 'error' })).toEqual({ ids: ['c'], total: 1 });
    expect((await list(store, { agent: 'greeter' })).ids).toEqual(['d']);
    expect((await list(store, { activeSince: NOON + 3 })).ids).toEqual(['d', 'c']);
    expect((await list(store, { text: 'timeout' })).ids).toEqual(['c']);
    expect((await list(store, { text: 'find-me' })).ids).toEqual(['d']);
    expect((await list(store, { text: 'sol' })).ids).toEqual(['b']);
    expect(await list(store, { agent: 'never' })).toEqual({ ids: [], total: 0 });
  });
});

test('errors by agent and thread, newest first', async () => {
  const store = await openTestStore();
  await store.append(
    makeBatch([
      makeError('1'),
      makeError('2', { occurredAt: NOON + 1, agent: null }),
      makeError('3', { threadId: null }),
    ]),
  );
  const list = async (query: { agent?: string; threadId?: string }) => {
    const page = { organismId: 'garden', limit: 10, offset: 0 };
    const { rows, total } = await store.listErrors({ ...page, ...query });
    expect(total).toBe(rows.length);
    return rows.map((row) => row.key);
  };
  expect(await list({})).toEqual(['2', '3', '1']);
  expect(await list({ agent: 'greeter' })).toEqual(['3', '1']);
  expect(await list({ threadId: 'thread-1' })).toEqual(['2', '1']);
  expect(await list({ agent: 'greeter', threadId: 'thread-1' })).toEqual(['1']);
  expect(await list({ agent: 'never' })).toEqual([]);
});

test('search finds agents, then threads, then messages, up to the limit', async () => {
  const store = await openTestStore();
  const { stored } = await store.append(
    makeBatch([
      makeMessage('m', { threadId: 'oak-1', from: 'oak', payload: { note: 'under the OAK tree' } }),
      makeMessage('n', { threadId: 'birch', payload: 'nothing here' }),
    ]),
  );
  const hits = await store.search({ text: 'oak', limit: 10 });
  expect(hits.map((hit) => [hit.kind, hit.id])).toEqual([
    ['agent', 'oak'],
    ['thread', 'oak-1'],
    ['message', String(stored[0]?.seq)],
  ]);
  expect(hits[2]).toMatchObject({ organismId: 'garden', title: 'oak → shouter' });
  expect(hits[2]?.detail).toContain('under the OAK tree');
  expect(await store.search({ text: 'oak', limit: 2 })).toHaveLength(2);
  expect(await store.search({ text: 'oak', organismId: 'never', limit: 2 })).toEqual([]);
  expect(await store.search({ text: '', limit: 2 })).toEqual([]);
});

test('events are read by organism and from a position', async () => {
  const store = await openTestStore();
  await store.append(makeBatch([makeMessage('1'), makeMessage('2')]));
  const meadow = { source: 'field', organismId: 'meadow' };
  await store.append(makeBatch([makeMessage('3')], meadow));
  await store.append(makeBatch([makeMessage('4')]));
  const read = async (query: { organismId?: string; since: number; limit?: number }) =>
    (await store.readEvents({ limit: 10, ...query })).map((event) => event.key);
  expect(await read({ since: 1 })).toEqual(['2', '3', '4']);
  expect(await read({ since: 0, limit: 2 })).toEqual(['1', '2']);
  expect(await read({ organismId: 'garden', since: 1 })).toEqual(['2', '4']);
  expect(await read({ organismId: 'meadow', since: 3 })).toEqual([]);
  expect(await store.listOrganisms()).toEqual([
    { organismId: 'garden', source: 'lab', name: 'garden', lastSeq: 4, lastReceivedAt: receivedAt },
    {
      organismId: 'meadow',
      source: 'field',
      name: 'meadow',
      lastSeq: 3,
      lastReceivedAt: receivedAt,
    },
  ]);
});

test('snapshots: one per organism, the newest, and none of another version', async () => {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const { stored } = await store.append(makeBatch([makeMessage('1'), makeUsage('2')]));
  const snapshot = toSnapshot(applyAll(emptyOrganism('garden'), stored));
  await store.saveSnapshot(snapshot);
  await store.saveSnapshot({ ...snapshot, seq: 1, name: 'older' });
  await store.saveSnapshot({
    ...snapshot,
    organismId: 'meadow',
    version: 999 as typeof SNAPSHOT_VERSION,
  });
  await store.close();
  const again = await openTestStore({ dataDir });
  expect(await again.loadSnapshots(['nobody', 'meadow', 'garden'])).toEqual([snapshot]);
});

test('commands: written before they leave, and unknown when the process died in between', async () => {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const command = {
    organismId: 'garden',
    source: 'lab',
    command: 'inject',
    target: 'greeter',
    body: '{}',
    actor: 'key',
    requestedAt: NOON,
  };
  const first = await store.beginCommand(command);
  const second = await store.beginCommand({ ...command, command: 'kill' });
  const outcome = { outcome: 'answered', status: 200, answer: 'ok', finishedAt: NOON + 9 } as const;
  await store.finishCommand(first, outcome);
  const requested = { outcome: 'requested', status: null, answer: '', finishedAt: null };
  const later = { ...command, command: 'kill', id: second };
  expect(await store.listCommands({ limit: 10, offset: 0 })).toEqual({
    rows: [
      { ...later, ...requested },
      { ...command, id: first, ...outcome },
    ],
    total: 2,
  });
  await store.close();
  const again = await openTestStore({ dataDir });
  const { rows } = await again.listCommands({ limit: 1, offset: 0 });
  expect(rows).toEqual([{ ...later, ...requested, outcome: 'unknown' }]);
});

test('describe says what is there and how large it is', async () => {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  await store.append(makeBatch([makeMessage('1'), makeUsage('2'), makeUsage('3')]));
  const description = await store.describe();
  expect(description.path).toContain(dataDir);
  expect(description.bytes).toBeGreaterThan(100_000);
  expect(description.schemaVersion).toBe(store.schemaVersion);
  expect(description.rows).toMatchObject({ journal: 3, messages: 1, usage: 2, threads: 1 });
});

describe('hostile names', () => {
  const NAMES = [
    '__proto__',
    'constructor',
    'toString',
    'a\0b',
    'a\0c',
    '‮reversed',
    'zero​width',
    '%_\\',
    '"quoted"',
    "'; DROP TABLE journal; --",
    ' ',
    '🙂'.repeat(64),
  ];

  test('stay what they are, in every place a name can be', async () => {
    const store = await openTestStore();
    for (const name of NAMES) {
      const batch = makeBatch(
        [
          makeMessage(`${name} m`, {
            id: name,
            threadId: name,
            from: name,
            to: name,
            payloadType: name,
            payload: { [name]: name },
          }),
          makeUsage(`${name} u`, {
            threadId: name,
            agent: name,
            model: name,
            provider: name,
            org: name,
            user: name,
          }),
          makeError(`${name} e`, { threadId: name, agent: name }),
        ],
        { source: name, organismId: name, cursors: { [name]: name } },
      );
      const { stored } = await store.append(batch);
      expect(await store.readEvents({ organismId: name, since: 0, limit: 10 })).toEqual(stored);
      expect(await store.append(batch)).toMatchObject({ accepted: 0, duplicate: 3 });
      expect(await store.getThread(name, name)).toMatchObject({ id: name, participants: [name] });
      expect(await store.getCursor(name, name)).toBe(name);
      const page = { organismId: name, limit: 5, offset: 0 };
      expect((await store.listMessages({ ...page, agent: name, threadIds: [name] })).total).toBe(1);
      // Marks alone are no word.
      const isFound = parseSearch(name).length > 0;
      expect((await store.listMessages({ ...page, text: name })).total).toBe(Number(isFound));
      expect((await store.listErrors({ ...page, agent: name })).total).toBe(1);
      const filter = { organismId: name, agent: name, model: name, org: name, provider: name };
      const groupBy = ['agent', 'model', 'org', 'provider', 'thread'] as const;
      const [group] = await store.sumUsage({ ...filter, groupBy });
      expect(group?.keys).toEqual([name, name, name, name, name]);
    }
    expect(await store.listUsageNames(undefined, 'model')).toEqual([...NAMES].sort());
  });

  test('keys that differ in a lone surrogate are two events; names are made well-formed', async () => {
    const store = await openTestStore();
    const keys = ['k\uD800', 'k\uD801', 'k�', '"k\\ud800"'];
    const { stored } = await store.append(makeBatch(keys.map((key) => makeMessage(key))));
    expect(stored).toHaveLength(4);
    const read = await store.readEvents({ since: 0, limit: 10 });
    expect(read.map((event) => event.key)).toEqual(keys);
    await store.append(makeBatch([makeUsage('u', { threadId: 't\uD800', model: 'm\uDC00' })]));
    expect(await store.getThread('garden', 't\uD800')).toMatchObject({ id: 't�' });
    expect(await store.listUsageNames('garden', 'model')).toEqual(['m�']);
  });
});
