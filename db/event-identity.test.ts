import fc from 'fast-check';
import { expect, test } from 'vitest';

import { digestEvent } from './event-digest.ts';
import type { PreparedEvent } from './store.ts';

function raw(payload: unknown): PreparedEvent {
  return { type: 'raw', key: 'k', occurredAt: 1, receivedAt: 2, name: 'n', payload };
}

/** The same value with the keys of every object in the opposite order. */
function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reverseKeys(item)] as const);
  return Object.fromEntries(entries.toReversed());
}

test('the order of keys and the way through JSON change nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (payload) => {
      const digest = digestEvent(raw(payload));
      expect(digestEvent(raw(reverseKeys(payload)))).toBe(digest);
      expect(digestEvent(raw(JSON.parse(JSON.stringify(payload))))).toBe(digest);
      expect(Number.isSafeInteger(digest)).toBe(true);
    }),
  );
});

test('values that differ have digests that differ', () => {
  const payloads: unknown[] = [
    null,
    true,
    'true',
    0,
    '0',
    1,
    '',
    [],
    {},
    [[]],
    [null],
    ['a', 'b'],
    ['a,b'],
    ['ab', ''],
    { a: 1 },
    { a: '1' },
    { a: { b: 1 } },
    { 'a:{b': 1 },
    { a: 1, b: 2 },
    { a: '1,1"b:2' },
    JSON.parse('{"__proto__": 1}'),
    { constructor: 1 },
  ];
  expect(new Set(payloads.map((payload) => digestEvent(raw(payload)))).size).toBe(payloads.length);
});

test('fields that are ours are left out, those of the source are not', () => {
  const digest = digestEvent(raw({ price: 1 }));
  const later: PreparedEvent = { ...raw({ price: 1 }), receivedAt: 99, costNanos: 5, price: null };
  expect(digestEvent(later)).toBe(digest);
  expect(digestEvent(raw({ price: 2 }))).not.toBe(digest);
  expect(digestEvent({ ...raw({ price: 1 }), occurredAt: 9 })).not.toBe(digest);
});
