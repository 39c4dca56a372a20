import { afterEach, expect, test } from 'vitest';

import { createManualClock } from '../testing/manual-clock.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createOutbox } from '../upstream/outbox.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { createStamper } from '../upstream/stamper.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { createKnownThreads } from './known-threads.ts';
import { createPageReader } from './pages.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { createThreadReader } from './threads.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Row {
  readonly id: string;
  readonly status: string;
  readonly messageCount: number;
  readonly createdAt: string;
  readonly error: string | null;
}

const row = (index: number): Row => ({
  id: `t-${index}`,
  status: 'active',
  messageCount: 1,
  createdAt: '2026-11-21T03:25:13Z',
  error: null,
});

async function start(rows: Row[], isOffsetIgnored = false) {
  const upstream = await startFakeUpstream({
    answer({ query }) {
      const offset = isOffsetIgnored ? 0 : Number(query.get('offset'));
      return { body: { threads: rows.slice(offset, offset + Number(query.get('limit'))) } };
    },
  });
  const rest = createRestClient({ url: parseUpstreamUrl(upstream.url), source: 'test' });
  stops.push(async () => {
    rest.close();
    await upstream.stop();
  });
  const clock = createManualClock();
  const recorder = createRecorder({ now: clock.now });
  const outbox = createOutbox({
    deliver: recorder.deps.deliver,
    log: recorder.deps.log,
    schedule: clock.schedule,
    backoff: createBackoff({ random: Math.random }),
    onStall: () => undefined,
  });
  const known = createKnownThreads(createStamper(recorder.deps));
  const readPage = createPageReader(rest, createRejectMemory());
  const reader = createThreadReader({ readPage, outbox, known, now: clock.now });
  return { upstream, rows, clock, recorder, known, reader };
}

test('a long list is read at once as far as ten pages, and to its end beside the rest', async () => {
  const { reader, recorder } = await start(Array.from({ length: 2345 }, (_, index) => row(index)));
  await reader.read();
  expect(recorder.of('thread_created')).toHaveLength(1000);
  while (reader.hasDeeper) await reader.readDeeper();
  expect(recorder.of('thread_created')).toHaveLength(2345);
});

test('afterwards a reading ends with the first page that brings nothing new', async () => {
  const { upstream, rows, reader, recorder } = await start(
    Array.from({ length: 500 }, (_, index) => row(index)),
  );
  await reader.read();
  const before = upstream.requests.length;
  await reader.read();
  expect(upstream.requests.length - before).toBe(1);
  rows[3] = { ...row(3), status: 'completed' };
  await reader.read();
  expect(recorder.of('thread_updated').at(-1)).toMatchObject({
    threadId: 't-3',
    status: 'completed',
  });
});

test('a server that ignores the offset is not read for ever', async () => {
  const { upstream, reader } = await start(
    Array.from({ length: 300 }, (_, index) => row(index)),
    true,
  );
  await reader.read();
  while (reader.hasDeeper) await reader.readDeeper();
  expect(upstream.requests.length).toBeLessThan(20);
});

test('counters alone are told now and then, a status and an error at once', async () => {
  const { rows, clock, recorder, reader } = await start([row(1)]);
  await reader.read();
  expect(recorder.of('thread_updated')).toHaveLength(1);
  for (let count = 2; count < 12; count += 1) {
    rows[0] = { ...row(1), messageCount: count };
    clock.advance(2000);
    await reader.read();
  }
  expect(recorder.of('thread_updated').map((draft) => draft.messageCount)).toEqual([1, 6, 11]);
  rows[0] = { ...row(1), messageCount: 12, status: 'error', error: 'boom' };
  await reader.read();
  expect(recorder.of('thread_updated').at(-1)).toMatchObject({ status: 'error', error: 'boom' });
  expect(recorder.of('error')).toMatchObject([{ threadId: 't-1', text: 'boom' }]);
});

test('a status the socket told is not taken back by an older list', async () => {
  const { recorder, known } = await start([]);
  const since = known.mark();
  known.observeUpdate({ threadId: 't-1', status: 'completed', messageCount: 4 }, 1);
  const thread = { id: 't-1', status: 'active', messageCount: 3 };
  expect(known.observe(thread, 2, since)).toEqual([]);
  expect(
    known.observe({ ...thread, status: 'completed' }, 20_000).map((draft) => draft.type),
  ).toEqual(['thread_created', 'thread_updated']);
  expect(recorder.drafts).toEqual([]);
});

test('the same change told twice is told once', async () => {
  const { known } = await start([]);
  const change = { threadId: 't-1', status: 'killed', messageCount: 4 };
  expect(known.observeUpdate(change, 1)).toHaveLength(1);
  expect(known.observeUpdate(change, 2)).toEqual([]);
});
