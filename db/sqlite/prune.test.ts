import { expect, test, describe } from 'vitest';

import type { PruneRequest, PrunedKind } from '#db/store.ts';
import { toSnapshot } from '#organism/snapshot.ts';
import { emptyOrganism } from '#organism/state.ts';

import {
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  NOON,
  openTestStore,
} from './store-fixtures.ts';
import type { SqliteStore } from './store.ts';
import { examineStore } from './upkeep/doctor.ts';

const OLD = NOON;
const CUTOFF = NOON + 1000;
const YOUNG = NOON + 2000;

const makeError = (key: string, receivedAt: number) =>
  ({
    type: 'error',
    key,
    occurredAt: receivedAt,
    receivedAt,
    threadId: null,
    agent: null,
    text: `error ${key}`,
    severity: 'error',
  }) as const;

/** Ten old events of each kind, then one young one of each. */
async function openAgedStore(options: { isPictured?: boolean } = {}) {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  for (const [age, receivedAt, count] of [
    ['old', OLD, 10],
    ['young', YOUNG, 1],
  ] as const) {
    const events = Array.from({ length: count }, (_, i) => [
      { ...makeMessage(`${age}-m${i}`, { occurredAt: receivedAt }), receivedAt },
      makeUsage(`${age}-u${i}`, { receivedAt, occurredAt: receivedAt }),
      makeError(`${age}-e${i}`, receivedAt),
    ]);
    await store.append(makeBatch(events.flat()));
  }
  if (options.isPictured !== false) await savePicture(store);
  return { store, dataDir };
}

async function savePicture(store: SqliteStore): Promise<void> {
  const seq = await store.lastSeq();
  await store.saveSnapshot({ ...toSnapshot(emptyOrganism('garden')), seq });
}

/** Slice after slice, as the server does. */
async function pruneAll(store: SqliteStore, kind: PrunedKind, more: Partial<PruneRequest> = {}) {
  for (;;) {
    const result = await store.prune({ kind, receivedBefore: CUTOFF, limit: 7, ...more });
    if (result.isDone) return result;
  }
}

describe('pruning', () => {
  test('empties old payloads and keeps their messages', async () => {
    const { store, dataDir } = await openAgedStore();
    expect(await pruneAll(store, 'payloads')).toMatchObject({ pruned: 10, position: 30 });
    const query = { organismId: 'garden', limit: 100, offset: 0 } as const;
    const { rows } = await store.listMessages({ ...query, direction: 'oldest-first' });
    expect(rows).toHaveLength(11);
    expect(rows[0]).toMatchObject({ id: 'old-m0', payload: null, isPayloadPruned: true });
    expect(rows[10]).toMatchObject({ id: 'young-m0', payload: { text: 'hello from young-m0' } });
    expect(rows[10]).not.toHaveProperty('isPayloadPruned');
    await store.close();
    expect(examineStore(dataDir).isHealthy).toBe(true);
  });

  test.each(['messages', 'errors', 'usage'] as const)('removes old %s', async (kind) => {
    const { store, dataDir } = await openAgedStore();
    const before = await store.sumUsage({ groupBy: ['model'] });
    const days = await store.dailyUsage({ timezone: 'Asia/Kathmandu' });
    expect(await pruneAll(store, kind)).toMatchObject({ pruned: 10 });
    const query = { organismId: 'garden', limit: 100, offset: 0 } as const;
    const left = {
      messages: (await store.listMessages(query)).rows.length,
      errors: (await store.listErrors(query)).rows.length,
      usage: (await store.listUsage(query)).rows.length,
    };
    expect(left).toEqual({ messages: 11, errors: 11, usage: 11, [kind]: 1 });
    // A bill of what is no longer kept is what it was.
    expect(await store.sumUsage({ groupBy: ['model'] })).toEqual(before);
    expect(await store.dailyUsage({ timezone: 'Asia/Kathmandu' })).toEqual(days);
    await store.close();
    expect(examineStore(dataDir).isHealthy).toBe(true);
  });

  test('knows what it let go when it comes again, for ever', async () => {
    const { store, dataDir } = await openAgedStore();
    for (const kind of ['payloads', 'usage', 'errors'] as const) await pruneAll(store, kind);
    const again = [
      makeMessage('old-m3', { occurredAt: OLD }),
      makeUsage('old-u3', { receivedAt: YOUNG, occurredAt: OLD }),
      makeError('old-e3', YOUNG),
    ];
    expect(await store.append(makeBatch(again))).toMatchObject({ duplicate: 3, accepted: 0 });
    // What is left of a message still tells it from another.
    const other = makeMessage('old-m4', { from: 'somebody else', occurredAt: OLD });
    expect(await store.append(makeBatch([other]))).toMatchObject({ rejected: 1 });
    await pruneAll(store, 'messages');
    await store.close();
    const reopened = await openTestStore({ dataDir });
    const third = [makeMessage('old-m3', { occurredAt: OLD }), other];
    expect(await reopened.append(makeBatch(third))).toMatchObject({ duplicate: 2 });
  });

  test('goes on where it was, and says how far it is after a restart', async () => {
    const { store, dataDir } = await openAgedStore();
    await store.prune({ kind: 'errors', receivedBefore: CUTOFF, limit: 7 });
    expect(store.prunedThrough()).toBe(7);
    await store.close();
    const reopened = await openTestStore({ dataDir });
    expect(reopened.prunedThrough()).toBe(7);
    expect(await reopened.listPruned()).toContainEqual({
      kind: 'errors',
      position: 7,
      pruned: 2,
      receivedBefore: OLD,
    });
    expect(await pruneAll(reopened, 'errors')).toMatchObject({ pruned: 10, position: 30 });
  });

  test('leaves a replay without what is gone, in order', async () => {
    const { store } = await openAgedStore();
    await pruneAll(store, 'messages');
    const events = await store.readEvents({ since: 0, limit: 100 });
    expect(events).toHaveLength(23);
    expect(events.map(({ seq }) => seq)).toEqual(
      events.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
  });

  test('takes nothing that a start would have to replay', async () => {
    const { store } = await openAgedStore({ isPictured: false });
    expect(await pruneAll(store, 'messages')).toMatchObject({ pruned: 0, position: 0 });
    // The control: with a picture of it, it goes.
    await savePicture(store);
    expect(await pruneAll(store, 'messages')).toMatchObject({ pruned: 10 });
  });

  test('is not held back by the old picture of an organism that is idle', async () => {
    const store = await openTestStore();
    const idle = await store.append(makeBatch([makeMessage('idle')], { organismId: 'meadow' }));
    const saveMeadow = (seq: number) =>
      store.saveSnapshot({ ...toSnapshot(emptyOrganism('meadow')), seq });
    await saveMeadow(idle.stored[0]?.seq ?? 0);
    const old = Array.from({ length: 10 }, (_, i) => ({ ...makeMessage(`${i}`), receivedAt: OLD }));
    await store.append(makeBatch(old));
    await savePicture(store);
    expect(await pruneAll(store, 'messages')).toMatchObject({ position: 11 });

    // The control: once it moves, what it would replay stays.
    await store.append(makeBatch([makeMessage('back')], { organismId: 'meadow' }));
    const more = Array.from({ length: 10 }, (_, i) => ({
      ...makeMessage(`b${i}`),
      receivedAt: OLD,
    }));
    await store.append(makeBatch(more));
    await savePicture(store);
    expect(await pruneAll(store, 'messages')).toMatchObject({ position: 11 });
    await saveMeadow(12);
    expect(await pruneAll(store, 'messages')).toMatchObject({ position: 22 });
  });
});
