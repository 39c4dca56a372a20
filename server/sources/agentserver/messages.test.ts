import { afterEach, expect, test } from 'vitest';

import { createRecorder } from '../testing/recorder.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createOutbox } from '../upstream/outbox.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { createKnownIds } from './known-ids.ts';
import { createMessageWatermark } from './message-watermark.ts';
import { createMessageReader } from './messages.ts';
import { createPageReader } from './pages.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const LISTED = 1000;
const STARTED_AT = 1_795_000_000_000;
const place = (slot: number) => ({ id: `m-${slot}`, at: STARTED_AT + slot, slot });

/** An upstream that lists its last thousand messages and says as much as it is told to. */
async function start(numberOf: (n: number) => number | null = (n) => n) {
  const settledBelow = Number.POSITIVE_INFINITY;
  const upstreamState = { instance: 'm', sent: 0, growth: 0, settledBelow };
  const offsets: number[] = [];
  const upstream = await startFakeUpstream({
    answer({ query }) {
      const { sent } = upstreamState;
      const offset = Number(query.get('offset'));
      offsets.push(offset);
      const total = Math.min(sent, LISTED);
      const count = Math.max(0, Math.min(Number(query.get('limit')), total - offset));
      const messages = Array.from({ length: count }, (_, index) => {
        const n = sent - offset - index;
        const timestamp = new Date(STARTED_AT + n).toISOString();
        const ends = { threadId: 't', from: 'a', to: 'b', payloadType: 'P', payload: {} };
        return { id: `${upstreamState.instance}-${n}`, ...ends, timestamp, slotIndex: numberOf(n) };
      });
      upstreamState.sent += upstreamState.growth;
      return { body: { messages, count, total, offset, limit: 100 } };
    },
  });
  const recorder = createRecorder();
  const { deliver, log, schedule, elapsed } = recorder.deps;
  const rest = createRestClient({ url: parseUpstreamUrl(upstream.url), source: 'test' });
  stops.push(async () => {
    rest.close();
    await upstream.stop();
  });
  const backoff = createBackoff({ random: Math.random });
  const outbox = createOutbox({ deliver, log, schedule, backoff, onStall: () => undefined });
  const watermark = createMessageWatermark(null, elapsed);
  const reader = createMessageReader({
    readPage: createPageReader(rest, createRejectMemory()),
    outbox,
    known: createKnownIds(),
    watermark,
    settledBelow: () => upstreamState.settledBelow,
  });
  const numbers = () => recorder.of('message').map(({ id }) => Number(id.slice(2)));
  return { upstreamState, offsets, recorder, watermark, reader, numbers };
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('what the upstream forgets next is read first, and what it has forgotten is a gap', async () => {
  const { upstreamState, reader, numbers, recorder } = await start();
  upstreamState.sent = 1500;
  expect(await reader.read()).toBe(1000);
  expect(numbers()).toEqual(upTo(1500, 501));
  expect(recorder.of('gap')).toMatchObject([{ what: 'messages', from: null, missing: 500 }]);
});

test.for([7, 60, 150])('%i messages that come with each page hide none', async (growth) => {
  const { upstreamState, reader, numbers, recorder } = await start();
  upstreamState.sent = 1500;
  await reader.read();
  Object.assign(upstreamState, { sent: 3000, growth });
  await reader.read();
  upstreamState.growth = 0;
  await reader.read();
  const stored = new Set(numbers());
  const missing = upTo(upstreamState.sent).filter((n) => !stored.has(n)).length;
  const told = recorder.of('gap').reduce((sum, gap) => sum + (gap.missing ?? 0), 0);
  expect(told).toBe(missing);
  expect(numbers().slice(1000)).toEqual(
    numbers()
      .slice(1000)
      .toSorted((a, b) => a - b),
  );
});

test('only the holes are read, wherever they are', async () => {
  const { upstreamState, reader, numbers, watermark, offsets, recorder } = await start();
  upstreamState.sent = 100;
  await reader.read();
  upstreamState.sent = 1000;
  for (const n of upTo(1000, 101)) if (n < 300 || n > 340) watermark.seen(place(n));
  const before = offsets.length;
  expect(await reader.read()).toBe(100 + 100);
  expect(offsets.slice(before)).toHaveLength(2);
  expect(numbers()).toEqual(expect.arrayContaining(upTo(340, 300)));
  expect(watermark.edge).toEqual(place(1000));
  expect(recorder.of('gap')).toEqual([]);
});

test('what may still come by the socket is not given up', async () => {
  const { upstreamState, reader, watermark, recorder } = await start();
  upstreamState.sent = 1000;
  await reader.read();
  Object.assign(upstreamState, { sent: 4000, settledBelow: 1000 });
  await reader.read();
  expect(recorder.of('gap')).toEqual([]);
  for (const n of upTo(2500, 1001)) if (n < 1500 || n >= 1700) watermark.seen(place(n));
  upstreamState.settledBelow = watermark.newest;
  await reader.read();
  expect(recorder.of('gap')).toMatchObject([{ missing: 200 }]);
  upstreamState.settledBelow = Number.POSITIVE_INFINITY;
  await reader.read();
  expect(recorder.of('gap').map(({ missing }) => missing)).toEqual([200, 500]);
});

test('numbers below those known are another life’s', async () => {
  const { upstreamState, reader, numbers } = await start();
  upstreamState.sent = 600;
  await reader.read();
  upstreamState.sent = 300;
  await reader.read();
  expect(numbers()).toEqual(upTo(600));
});

test.for([601, 650, 699, 700, 900, 1000])(
  'an upstream of %i other messages in the place of one with 600 is read as a whole',
  async (sent) => {
    const { upstreamState, reader, recorder } = await start();
    upstreamState.sent = 600;
    await reader.read();
    Object.assign(upstreamState, { instance: 'n', sent });
    expect(await reader.read()).toBe(sent);
    const ids = recorder.of('message').map(({ id }) => id);
    expect(new Set(ids).size).toBe(600 + sent);
    expect(recorder.of('gap')).toEqual([]);
    upstreamState.sent += 50;
    expect(await reader.read()).toBe(50);
  },
);

test.for<[string, (n: number) => number | null]>([
  ['without numbers', () => null],
  ['numbered by thread', (n) => n % 50],
])('a list %s is read newest first until what is known', async ([, numberOf]) => {
  const { upstreamState, reader, numbers } = await start(numberOf);
  upstreamState.sent = 500;
  expect(await reader.read()).toBe(500);
  upstreamState.sent = 650;
  expect(await reader.read()).toBe(150);
  expect(numbers()).toEqual(upTo(650));
});
