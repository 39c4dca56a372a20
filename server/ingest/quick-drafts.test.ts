import fc from 'fast-check';
import { expect, it } from 'vitest';

import { eventDraftSchema } from '#organism/event.ts';

import { parseBounded } from './limits.ts';
import { readQuickly } from './quick-drafts.ts';

const RUNS = { numRuns: 20_000 };

const nest = (levels: number): unknown =>
  levels === 0 ? 1 : levels % 2 === 0 ? [nest(levels - 1)] : { a: nest(levels - 1) };
const ownProto: unknown = JSON.parse('{"__proto__":{"polluted":true}}');

/** What a field may turn out to be, the edges of every rule among them. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    '',
    'x',
    'x'.repeat(256),
    'x'.repeat(257),
    'x'.repeat(512),
    'x'.repeat(513),
    'subscription',
    -1,
    -0,
    0,
    0.5,
    1e12,
    1e12 + 1,
    8.64e15,
    8.64e15 + 1,
    -8.64e15,
    Number.MAX_SAFE_INTEGER,
    2 ** 53,
    1e308,
    NaN,
    Infinity,
    new Date(0),
    new Map(),
    ownProto,
    { a: ownProto },
    [],
    ['reasoning'],
    ['reasoning', 'toString'],
    {},
    { a: NaN },
    { deep: nest(61) },
    { deep: nest(62) },
    nest(70),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

const id = fc.string({ minLength: 1, maxLength: 20 });
const count = fc.integer({ min: 0, max: 1e12 });
const metadata = fc.dictionary(id, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
const base = { key: id, occurredAt: fc.double({ min: 0, max: 4e12, noNaN: true }) };

const usage = fc.record(
  {
    ...base,
    type: fc.constant('usage'),
    id,
    threadId: fc.option(id),
    agent: fc.option(id),
    model: id,
    provider: fc.constantFrom('', 'openai'),
    org: fc.option(id),
    user: fc.option(id),
    tokens: fc.record(
      {
        inputFresh: count,
        cacheRead: count,
        cacheWrite: count,
        outputVisible: count,
        reasoning: count,
      },
      { noNullPrototype: true },
    ),
    notReported: fc.subarray(['cacheWrite', 'reasoning', 'cacheRead']),
    latencyMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
    reportedCostNanos: fc.option(count),
    billing: fc.constant('subscription'),
    cacheWrite1h: count,
    metadata,
    mayRepeat: fc.constant(true),
    mayAmend: fc.constant(true),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'key',
      'occurredAt',
      'type',
      'threadId',
      'agent',
      'model',
      'provider',
      'org',
      'user',
      'tokens',
      'latencyMs',
      'reportedCostNanos',
    ],
  },
);

const message = fc.record(
  {
    ...base,
    type: fc.constant('message'),
    id,
    threadId: id,
    from: fc.string({ maxLength: 5 }),
    to: fc.string({ maxLength: 5 }),
    payloadType: id,
    payload: fc.jsonValue({ maxDepth: 4 }),
    slotIndex: count,
    mayRepeat: fc.constant(true),
    mayAmend: fc.constant(true),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'key',
      'occurredAt',
      'type',
      'id',
      'threadId',
      'from',
      'to',
      'payloadType',
      'payload',
    ],
  },
);
const good = fc.oneof(usage, message);

const EXTRA_FIELDS = ['slotIndex', 'billing', 'metadata', 'mayRepeat', 'mayAmend', 'extra'];

/** A good draft with something done to it: another value, a field too few, a field too many. */
const meddled = fc
  .tuple(good, fc.array(fc.tuple(fc.nat(20), anything), { maxLength: 2 }), fc.boolean())
  .map(([draft, changes, isInTokens]) => {
    const copy: Record<string, unknown> = structuredClone(draft);
    const target =
      isInTokens && typeof copy['tokens'] === 'object'
        ? (copy['tokens'] as Record<string, unknown>)
        : copy;
    for (const [place, value] of changes) {
      const fields = [...Object.keys(target), ...EXTRA_FIELDS];
      const field = fields[place % fields.length] ?? 'extra';
      if (value === undefined && place % 2 === 0) delete target[field];
      else target[field] = value;
    }
    return copy;
  });

it('reads every good call and message', () => {
  fc.assert(
    fc.property(good, (draft) => {
      // A rounded number may be anywhere in a random tree: then the schema is asked.
      if (/\d{16}|e[+-]?\d/.test(JSON.stringify(draft))) return;
      expect(readQuickly(draft)).toEqual(eventDraftSchema.parse(draft));
    }),
    RUNS,
  );
});

it('reads nothing that the schema refuses, and nothing otherwise than the schema', () => {
  const seen = { quick: 0, refused: 0 };
  fc.assert(
    fc.property(meddled, (draft) => {
      const quick = readQuickly(draft);
      const exact = eventDraftSchema.safeParse(draft);
      if (!exact.success) seen.refused += 1;
      if (quick === null) return;
      seen.quick += 1;
      expect({ isGood: exact.success, event: quick }).toStrictEqual({
        isGood: true,
        event: exact.data,
      });
    }),
    RUNS,
  );
  expect(seen.quick).toBeGreaterThan(2000);
  expect(seen.refused).toBeGreaterThan(2000);
});

it('keeps nothing that a source may change afterwards', () => {
  fc.assert(
    fc.property(usage, (draft) => {
      const event = readQuickly(draft);
      if (event?.type !== 'usage') return;
      const before = structuredClone(event);
      draft.tokens.reasoning = -1;
      draft.notReported?.splice(0);
      for (const field of Object.keys(draft.metadata ?? {})) delete draft.metadata?.[field];
      expect(event).toStrictEqual(before);
    }),
  );
});

it('reads no text otherwise than the bounded parser', () => {
  const hostile = fc.constantFrom(
    '9007199254740993',
    '1e400',
    '-1e400',
    '12345678901234567890',
    '0.12345678901234567890',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    `${'['.repeat(61)}${']'.repeat(61)}`,
  );
  const seen = { quick: 0, slow: 0 };
  fc.assert(
    fc.property(good, fc.nat(20), hostile, (draft, place, literal) => {
      const fields = [...Object.keys(draft), 'extra'];
      const field = fields[place % fields.length] ?? 'extra';
      const marked = JSON.stringify({ ...draft, [field]: '@@' });
      const text = marked.replace('"@@"', place % 3 === 0 ? `{"a":${literal}}` : literal);
      const quick = readQuickly(JSON.parse(text));
      if (quick === null) {
        seen.slow += 1;
        return;
      }
      seen.quick += 1;
      const bounded = parseBounded(text, { maxBytes: 1e6, source: 'test' });
      expect(bounded.ok && eventDraftSchema.parse(bounded.value)).toStrictEqual(quick);
    }),
    RUNS,
  );
  expect(seen.quick).toBeGreaterThan(100);
  expect(seen.slow).toBeGreaterThan(10_000);
});
