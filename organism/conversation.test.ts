import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { messageInfoSchema } from './agentserver/entities.ts';
import type { ConversationMessage } from './conversation.ts';
import { canonicalJson, foldRepeats, toConversationMessage } from './conversation.ts';
import recorded from './fixtures/agentserver-messages.json' with { type: 'json' };

const START_AT = Date.parse('2026-11-21T03:25:00Z');

function message(id: string, atMs: number, patch: Partial<ConversationMessage> = {}) {
  return {
    id,
    threadId: 't1',
    from: 'planner',
    to: 'critic',
    payloadType: 'Request',
    payload: { text: 'hello', n: 1 },
    occurredAt: START_AT + atMs,
    ...patch,
  };
}

describe('folding repeats', () => {
  it('makes one row of a hop that was sent and received', () => {
    expect(foldRepeats([message('sent', 0), message('received', 40)])).toEqual([
      { message: message('sent', 0), repeats: 2, foldedIds: ['received'] },
    ]);
  });

  it.each([
    ['another thread', { threadId: 't2' }],
    ['another sender', { from: 'coder' }],
    ['another receiver', { to: 'coder' }],
    ['another payload type', { payloadType: 'Result' }],
    ['another payload', { payload: { text: 'hello', n: 2 } }],
  ])('leaves %s apart', (_what, patch) => {
    expect(foldRepeats([message('a', 0), message('b', 40, patch)])).toHaveLength(2);
  });

  it('takes the order of keys for nothing, and the order of a list for what it is', () => {
    const keys = { payload: { n: 1, text: 'hello' } };
    expect(foldRepeats([message('a', 0), message('b', 40, keys)])).toHaveLength(1);
    const one = message('a', 0, { payload: [1, 2] });
    expect(foldRepeats([one, message('b', 40, { payload: [2, 1] })])).toHaveLength(2);
  });

  it('folds until two seconds after the first record, not after the last', () => {
    const rows = foldRepeats([0, 1500, 2000, 2001, 3000].map((at) => message(`m${at}`, at)));
    expect(rows.map(({ message, foldedIds }) => [message.id, ...foldedIds])).toEqual([
      ['m0', 'm1500', 'm2000'],
      ['m2001', 'm3000'],
    ]);
  });

  it('can keep the same words said again apart from a hop recorded twice', () => {
    const records = [0, 10, 500, 510].map((at) => message(`m${at}`, at));
    expect(foldRepeats(records).map(({ repeats }) => repeats)).toEqual([4]);
    expect(foldRepeats(records, 2).map(({ repeats }) => repeats)).toEqual([2, 2]);
  });

  it('neither loses nor doubles a record, in whatever order they come', () => {
    const records = fc.array(
      fc.record({ at: fc.nat(5000), n: fc.nat(1), thread: fc.constantFrom('t1', '__proto__') }),
    );
    fc.assert(
      fc.property(records, (facts) => {
        const messages = facts.map(({ at, n, thread }, index) =>
          message(`m${index}`, at, { threadId: thread, payload: { n } }),
        );
        const rows = foldRepeats(messages);
        const ids = rows.flatMap(({ message, foldedIds }) => [message.id, ...foldedIds]);
        expect(ids.toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
        for (const row of rows) expect(row.repeats).toBe(1 + row.foldedIds.length);
        const places = rows.map(({ message }) => message.occurredAt);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }),
    );
  });

  it('finds the hops in what a real server recorded', () => {
    const messages = recorded.map((info) => toConversationMessage(messageInfoSchema.parse(info)));
    const rows = foldRepeats(messages, 2);
    expect(messages).toHaveLength(305);
    expect(rows.filter(({ repeats }) => repeats === 2)).toHaveLength(126);
    expect(rows).toHaveLength(179);
  });
});

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    [[{ b: 1, a: 2 }], '[{"a":2,"b":1}]'],
    [undefined, ''],
    [null, 'null'],
    ['x', '"x"'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('tells payloads with a hostile key apart', () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"x": 1}}');
    expect(canonicalJson(hostile)).toBe('{"__proto__":{"x":1}}');
  });
});
