import { deserialize, serialize } from 'node:v8';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { PreparedEvent } from '#db/store.ts';
import { arbitraryJournal } from '#organism/arbitrary-events.ts';
import type { AppliedPrice } from '#organism/event.ts';

import { packBatches, unpackBatches } from './batch-transport.ts';

const unitNanos = { inputFresh: 1, cacheRead: 2, cacheWrite: 3, outputVisible: 4, reasoning: 5 };
const price: AppliedPrice = { source: 's', version: '1', provider: 'p', model: 'm', unitNanos };

/** What few calls have, and the edges of what the numbers stand for. */
const rareFields = fc.record(
  {
    id: fc.constantFrom('', 'call-1', '__proto__'),
    notReported: fc.constant(['cacheWrite'] as const),
    billing: fc.constant('subscription' as const),
    cacheWrite1h: fc.nat(),
    listCostNanos: fc.option(fc.nat()),
    mayRepeat: fc.constant(true as const),
    aFieldOfTomorrow: fc.constant(1),
    metadata: fc.dictionary(fc.string(), fc.jsonValue()),
    price: fc.constantFrom(price, { ...price }, null, undefined),
    costNanos: fc.constantFrom(0, null, Number.MAX_SAFE_INTEGER),
    latencyMs: fc.constantFrom(0, 0.125, null),
  },
  { requiredKeys: [] },
);

const event = fc.tuple(arbitraryJournal({ maxLength: 1 }), rareFields).map(([[one], rare]) => {
  if (one === undefined) return null;
  const { seq: _seq, organismId: _organism, source: _source, ...prepared } = one;
  return (prepared.type === 'usage' ? { ...prepared, ...rare } : prepared) as PreparedEvent;
});
const batch = fc.array(event).map((events) => ({
  source: 'lab',
  organismId: 'lab',
  events: events.filter((each) => each !== null),
  rejects: [],
  cursors: { usage: '7' },
  redactions: { email: 1 },
  catalogueVersion: 'c1',
}));

it('brings every batch across a thread as it was, in its order', () => {
  const seen = { calls: 0, others: 0 };
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
      const crossed: ReturnType<typeof packBatches> = deserialize(serialize(packBatches(batches)));
      const events = batches.flatMap((each) => each.events);
      seen.calls += events.filter(({ type }) => type === 'usage').length;
      seen.others += events.filter(({ type }) => type !== 'usage').length;
      expect(unpackBatches(crossed)).toEqual(
        batches.map((each) => ({ ...each, events: each.events.map(withoutUnknowns) })),
      );
    }),
    { numRuns: 500 },
  );
  expect(seen.calls).toBeGreaterThan(100);
  expect(seen.others).toBeGreaterThan(100);
});

it('keeps one object for the price that calls share', () => {
  const base = { key: 'a', occurredAt: 1, receivedAt: 1, type: 'usage' as const, org: null };
  const call = { ...base, threadId: null, agent: null, model: 'm', provider: 'p', user: null };
  const rest = { tokens: unitNanos, latencyMs: null, reportedCostNanos: null, costNanos: 1, price };
  const events = [
    { ...call, ...rest },
    { ...call, ...rest, key: 'b' },
  ];
  const sent = { source: 's', organismId: 's', events, rejects: [], catalogueVersion: 'c1' };
  const [received] = unpackBatches(packBatches([sent]));
  const prices = received?.events.map((each) => each.price);
  expect(prices?.[0]).toEqual(price);
  expect(prices?.[1]).toBe(prices?.[0]);
});

/** Nothing known and nothing said are one to the writer. */
function withoutUnknowns(event: PreparedEvent): PreparedEvent {
  if (event.type !== 'usage') return event;
  return { ...event, costNanos: event.costNanos ?? null, price: event.price ?? null };
}
