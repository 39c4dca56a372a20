import { describe, expect, test } from 'vitest';

import type { EventDraft } from '#organism/event.ts';

import type { Delivery } from '../source.ts';
import { createGather } from './gather.ts';

function draft(key: string): EventDraft {
  return { type: 'raw', key, occurredAt: 0, name: 'line', payload: null };
}

function drafts(count: number): EventDraft[] {
  return Array.from({ length: count }, (_, index) => draft(`line:${index}`));
}

/** A store that takes what is delivered, and may refuse it. */
function start() {
  const delivered: Delivery[] = [];
  const store = {
    isFull: false,
    isReady: Promise.resolve(),
    cursors: new Map([['file:old', 'saved']]),
  };
  const gather = createGather({
    async deliver(delivery) {
      await store.isReady;
      if (store.isFull) throw new Error('the disk is full');
      delivered.push(delivery);
      return { accepted: delivery.drafts.length, duplicate: 0, rejected: 0 };
    },
    getCursor: async (name) => store.cursors.get(name) ?? null,
  });
  return { delivered, store, gather };
}

describe('what several files give', () => {
  test('is one delivery, in its order, with the newest cursors', async () => {
    const { delivered, gather } = start();
    await gather.deliver({ drafts: [draft('a')], cursors: { 'file:1': 'x' } });
    await gather.deliver({ drafts: [draft('b')], cursors: { 'file:1': 'y', 'file:2': 'z' } });
    expect(delivered).toEqual([]);
    await gather.flush();
    expect(delivered).toEqual([
      { drafts: [draft('a'), draft('b')], rejects: [], cursors: { 'file:1': 'y', 'file:2': 'z' } },
    ]);
  });

  test('is sent as soon as it is a thousand events, or many deliveries', async () => {
    const { delivered, gather } = start();
    await gather.deliver({ drafts: drafts(1000) });
    for (let index = 0; index < 64; index += 1) await gather.deliver({ drafts: drafts(1) });
    await gather.flush();
    expect(delivered.map((each) => each.drafts.length)).toEqual([1000, 64]);
  });

  test('is one batch on its way and one that waits for it, in their order', async () => {
    const { delivered, gather, store } = start();
    let resolve = (): void => undefined;
    store.isReady = new Promise((done) => (resolve = done));
    await gather.deliver({ drafts: drafts(1000), cursors: { 'file:1': 'sent' } });
    await gather.deliver({ drafts: drafts(999), cursors: { 'file:2': 'gathered' } });
    expect([await gather.getCursor('file:1'), await gather.getCursor('file:2')]).toEqual([
      'sent',
      'gathered',
    ]);
    let isTaken = false;
    const third = gather.deliver({ drafts: drafts(1) }).then(() => (isTaken = true));
    await new Promise(setImmediate);
    expect({ isTaken, delivered }).toEqual({ isTaken: false, delivered: [] });
    resolve();
    await third;
    await gather.flush();
    expect(delivered.map((each) => each.drafts.length)).toEqual([1000, 1000]);
  });

  test('counts as saved for whoever reads on', async () => {
    const { gather } = start();
    await gather.deliver({ drafts: [], cursors: { 'file:new': 'here' } });
    expect(await gather.getCursor('file:new')).toBe('here');
    expect(await gather.getCursor('file:old')).toBe('saved');
    expect(await gather.getCursor('file:none')).toBeNull();
  });

  test('is done with after its commit only', async () => {
    const { gather } = start();
    const done: string[] = [];
    await gather.deliver({ drafts: [draft('a')] });
    gather.afterwards(() => done.push('a'));
    expect(done).toEqual([]);
    await gather.flush();
    gather.afterwards(() => done.push('nothing to deliver'));
    await gather.flush();
    expect(done).toEqual(['a', 'nothing to deliver']);
  });

  test('is dropped with its cursors when it cannot be stored, to be read again', async () => {
    const { delivered, gather, store } = start();
    const done: string[] = [];
    await gather.deliver({ drafts: [draft('a')], cursors: { 'file:1': 'x' } });
    gather.afterwards(() => done.push('a'));
    store.isFull = true;
    await gather.deliver({ drafts: drafts(1000) });
    await gather.deliver({ drafts: [draft('behind it')] });
    await expect(gather.flush()).rejects.toThrow('the disk is full');
    store.isFull = false;
    await gather.flush();
    expect({ delivered, done, cursor: await gather.getCursor('file:1') }).toEqual({
      delivered: [],
      done: [],
      cursor: null,
    });
  });
});
