import { expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import type { Delivery } from '../source.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createBackoff } from './backoff.ts';
import { createOutbox } from './outbox.ts';

const draft = (key: string): EventDraft => ({
  type: 'raw',
  key,
  occurredAt: 0,
  name: 'test',
  payload: null,
});

function start() {
  const clock = createManualClock();
  const deliveries: Delivery[] = [];
  const stalls: (string | null)[] = [];
  const settle: ((error?: Error) => void)[] = [];
  const outbox = createOutbox({
    deliver: (delivery) => {
      deliveries.push(delivery);
      return new Promise<void>((resolve, reject) => {
        settle.push((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    schedule: clock.schedule,
    backoff: createBackoff({ random: () => 1 }),
    log: { info: () => undefined, warn: () => undefined },
    onStall: (reason) => stalls.push(reason),
  });
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { clock, deliveries, stalls, settle, outbox, turns };
}

test('one delivery at a time; what came meanwhile is the next one, in order', async () => {
  const { deliveries, settle, outbox, turns } = start();
  const done: string[] = [];
  for (const key of ['a', 'b', 'c']) {
    outbox.add({ drafts: [draft(key)], cursors: { at: key } }).then(
      () => done.push(key),
      () => undefined,
    );
  }
  expect(deliveries).toHaveLength(1);
  await turns();
  expect(done).toEqual([]);
  settle[0]?.();
  await turns();
  expect(done).toEqual(['a']);
  expect(deliveries[1]?.drafts.map(({ key }) => key)).toEqual(['b', 'c']);
  expect(deliveries[1]?.cursors).toEqual({ at: 'c' });
  settle[1]?.();
  await turns();
  expect(done).toEqual(['a', 'b', 'c']);
});

test('news take turns with slices of history, whose cursor comes last', async () => {
  const { deliveries, settle, outbox, turns } = start();
  const rows = Array.from({ length: 500 }, (_, n) => draft(`usage-${n}`));
  let isDone = false;
  outbox.add({ drafts: rows, cursors: { usage: '500' } }, 'history').then(
    () => (isDone = true),
    () => undefined,
  );
  for (let n = 0; n < 5; n += 1) {
    outbox.add({ drafts: [draft(`message-${n}`)] }).catch(() => undefined);
    expect(isDone).toBe(false);
    settle[n]?.();
    await turns();
  }
  expect(deliveries.map(({ drafts, cursors }) => [drafts[0]?.key, drafts.length, cursors])).toEqual(
    [
      ['usage-0', 200, undefined],
      ['message-0', 1, undefined],
      ['usage-200', 200, undefined],
      ['message-1', 2, undefined],
      ['usage-400', 100, { usage: '500' }],
      ['message-3', 2, undefined],
    ],
  );
  expect(isDone).toBe(true);
});

test('a delivery that fails is tried again, whole, until it succeeds', async () => {
  const { clock, deliveries, stalls, settle, outbox, turns } = start();
  let isDone = false;
  outbox.add({ drafts: [draft('a')] }).then(
    () => (isDone = true),
    () => undefined,
  );
  for (let round = 0; round < 20; round += 1) {
    settle[round]?.(new Error('disk full'));
    await turns();
    clock.advance(30_000);
    await turns();
  }
  expect(deliveries).toHaveLength(21);
  expect(new Set(deliveries).size).toBe(1);
  expect(stalls[0]).toContain('cannot be stored');
  settle[20]?.();
  await turns();
  expect(isDone).toBe(true);
  expect(stalls.at(-1)).toBeNull();
});

test('a close tries once more and then gives up, telling who waited', async () => {
  const { deliveries, settle, outbox, turns } = start();
  let failure: unknown = null;
  outbox.add({ drafts: [draft('a')] }).then(
    () => undefined,
    (error: unknown) => (failure = error),
  );
  settle[0]?.(new Error('disk full'));
  await turns();
  const closing = outbox.close();
  await turns();
  settle[1]?.(new Error('still full'));
  await closing;
  expect(deliveries).toHaveLength(2);
  expect(failure).toMatchObject({ message: 'still full' });
});

test('nothing to say is no delivery', async () => {
  const { deliveries, outbox } = start();
  await outbox.add({ drafts: [], rejects: [] });
  expect(deliveries).toEqual([]);
});
