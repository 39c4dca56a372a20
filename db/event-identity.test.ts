import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isSameEvent } from './event-identity.ts';
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
      const event = raw(payload);
      expect(isSameEvent(event, raw(reverseKeys(payload)))).toBe(true);
      expect(isSameEvent(event, raw(JSON.parse(JSON.stringify(payload))))).toBe(true);
    }),
  );
});

test('values that differ make events that differ', () => {
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
  const same = payloads.flatMap((one, i) =>
    payloads.slice(i + 1).filter((other) => isSameEvent(raw(one), raw(other))),
  );
  expect(same).toEqual([]);
});

test('fields that are ours are left out, those of the source are not', () => {
  const event = raw({ price: 1 });
  const stored = { ...event, receivedAt: 99, costNanos: 5, price: null, seq: 7, source: 'lab' };
  expect(isSameEvent(stored, event)).toBe(true);
  expect(isSameEvent(raw({ price: 2 }), event)).toBe(false);
  expect(isSameEvent({ ...event, occurredAt: 9 }, event)).toBe(false);
});

test('what the store makes of lone surrogates is the same name', () => {
  expect(isSameEvent(raw('a\ud800'), raw('a\ufffd'))).toBe(true);
});

test('what other wires may tell in other words is the same, whatever it says', () => {
  const first = raw('from a log');
  expect(isSameEvent(first, { ...raw('from a span'), mayRepeat: true })).toBe(true);
  expect(isSameEvent({ ...first, mayRepeat: true }, raw('from a span'))).toBe(true);
  expect(isSameEvent(first, raw('from a span'))).toBe(false);
});
