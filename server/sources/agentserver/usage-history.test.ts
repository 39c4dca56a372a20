import { afterEach, expect, test } from 'vitest';

import type { Recorder } from '../testing/recorder.ts';
import { createRecorder } from '../testing/recorder.ts';
import { createBackoff } from '../upstream/backoff.ts';
import { createOutbox } from '../upstream/outbox.ts';
import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { createPageReader } from './pages.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { createUsageHistory, USAGE_CURSOR } from './usage-history.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

interface Row {
  readonly id: number;
  /** Added to the id on the wire. */
  readonly above?: bigint;
  readonly second: number;
}

/** A history as the real server answers: newest first, with a `total` that means nothing. */
async function startHistory(recorder: Recorder, saved: string | null, isOffsetIgnored = false) {
  let rows: Row[] = [];
  let growth = 0;
  const upstream = await startFakeUpstream({
    answer({ query }) {
      const offset = isOffsetIgnored ? 0 : Number(query.get('offset'));
      const page = rows.toReversed().slice(offset, offset + Number(query.get('limit')));
      rows = [...rows, ...rowsUpTo(rows.length + growth).slice(rows.length)];
      const events = page.map(({ id, second, above = 0n }) => ({
        id: `#${above + BigInt(id)}`,
        timestamp: new Date(1_795_000_000_000 + second * 1000).toISOString(),
        threadId: 't',
        model: 'm',
        provider: 'p',
        promptTokens: 1,
        completionTokens: 1,
        latencyMs: 1,
        metadata: {},
      }));
      const body = { events, count: events.length, total: 7, offset, limit: 1000 };
      // A number, of as many digits as it has.
      return { body: JSON.stringify(body).replaceAll(/"#(\d+)"/g, '$1') };
    },
  });
  const rest = createRestClient({ url: parseUpstreamUrl(upstream.url), source: 'test' });
  stops.push(async () => {
    rest.close();
    await upstream.stop();
  });
  const { deliver, log, schedule } = recorder.deps;
  const outbox = createOutbox({
    deliver,
    log,
    schedule: schedule ?? (() => () => undefined),
    backoff: createBackoff({ random: Math.random }),
    onStall: () => undefined,
  });
  const readPage = createPageReader(rest, createRejectMemory());
  return {
    upstream,
    history: createUsageHistory({ readPage, outbox }, saved),
    setRows: (next: Row[]) => {
      rows = next;
    },
    /** This many more after each answer, so that the rows of the next page have moved. */
    growBy: (count: number) => {
      growth = count;
    },
  };
}

const rowsUpTo = (last: number): Row[] =>
  Array.from({ length: last }, (_, index) => ({ id: index + 1, second: index + 1 }));
const ids = (recorder: Recorder) => recorder.of('usage').map((draft) => Number(draft.id));

test('reads until a short page, whatever the total says', async () => {
  const recorder = createRecorder();
  const { history, setRows } = await startHistory(recorder, null);
  setRows(rowsUpTo(2500));
  expect(await history.read()).toBe(1000);
  while (history.hasDeeper) await history.readDeeper();
  expect(ids(recorder).toSorted((a, b) => a - b)).toEqual(rowsUpTo(2500).map(({ id }) => id));
  expect(recorder.counts.duplicate).toBe(0);
});

test('new rows are read beside a long first history', async () => {
  const recorder = createRecorder();
  const { history, setRows } = await startHistory(recorder, null);
  setRows(rowsUpTo(2500));
  await history.read();
  setRows(rowsUpTo(2800));
  expect(await history.read()).toBe(300);
  while (history.hasDeeper) await history.readDeeper();
  expect(new Set(ids(recorder)).size).toBe(2800);
});

test('goes on from a cursor, also after more than one page', async () => {
  const first = createRecorder();
  const before = await startHistory(first, null);
  before.setRows(rowsUpTo(50));
  await before.history.read();
  const second = createRecorder();
  const after = await startHistory(second, first.cursors[USAGE_CURSOR] ?? null);
  after.setRows(rowsUpTo(3000));
  expect(await after.history.read()).toBe(2950);
  expect(second.counts).toMatchObject({ accepted: 2950, duplicate: 0 });
  expect(await after.history.read()).toBe(0);
});

test('an interrupted first history is taken up again', async () => {
  const first = createRecorder();
  const before = await startHistory(first, null);
  before.setRows(rowsUpTo(1500));
  await before.history.read();
  const second = createRecorder();
  const after = await startHistory(second, first.cursors[USAGE_CURSOR] ?? null);
  after.setRows(rowsUpTo(1500));
  await after.history.read();
  while (after.history.hasDeeper) await after.history.readDeeper();
  expect(new Set([...ids(first), ...ids(second)]).size).toBe(1500);
  expect(JSON.parse(second.cursors[USAGE_CURSOR] ?? '')).toMatchObject({ isComplete: true });
});

test.for([
  ['shorter than the one known', 40],
  ['longer than the one known', 120],
])('a wiped history that is %s is read from its start', async ([, length]) => {
  const recorder = createRecorder();
  const { history, setRows } = await startHistory(recorder, null);
  setRows(rowsUpTo(100));
  await history.read();
  setRows(rowsUpTo(Number(length)).map(({ id, second }) => ({ id, second: second + 10_000 })));
  expect(await history.read()).toBe(Number(length));
  expect(recorder.of('usage')).toHaveLength(100 + Number(length));
  expect(recorder.conflicts).toEqual([]);
});

test('calls whose numbers lie beyond 2^53 are told apart, also after a restart of ours', async () => {
  const above = 2n ** 62n;
  const rows = rowsUpTo(40).map((row) => ({ ...row, above, second: 0 }));
  const first = createRecorder();
  const before = await startHistory(first, null);
  before.setRows(rows.slice(0, 20));
  expect(await before.history.read()).toBe(20);
  before.setRows(rows.slice(0, 21));
  expect(await before.history.read()).toBe(1);
  const second = createRecorder();
  const after = await startHistory(second, first.cursors[USAGE_CURSOR] ?? null);
  after.setRows(rows);
  expect(await after.history.read()).toBe(19);
  const told = [...first.of('usage'), ...second.of('usage')].map(({ id }) => id);
  expect(told).toEqual(rows.map(({ id }) => String(above + BigInt(id))));
  expect([...first.conflicts, ...second.conflicts]).toEqual([]);
});

test('a cursor of an earlier build goes on', async () => {
  const recorder = createRecorder();
  const saved = JSON.stringify({ id: 30, at: 1_795_000_030_000, isComplete: true });
  const { history, setRows } = await startHistory(recorder, saved);
  setRows(rowsUpTo(50));
  expect(await history.read()).toBe(20);
});

test('an empty history is no news and no fault', async () => {
  const recorder = createRecorder();
  const { history, setRows } = await startHistory(recorder, null);
  expect(await history.read()).toBe(0);
  setRows(rowsUpTo(3));
  expect(await history.read()).toBe(3);
});

test('a server that ignores the offset is not read for ever', async () => {
  const recorder = createRecorder();
  const { upstream, history, setRows } = await startHistory(recorder, null, true);
  setRows(rowsUpTo(1500));
  await history.read();
  while (history.hasDeeper) await history.readDeeper();
  setRows(rowsUpTo(5000));
  expect(await history.read()).toBeGreaterThan(0);
  expect(upstream.requests.length).toBeLessThan(12);
});

test.for([90, 400])('%i calls that come with each page push none out of sight', async (growth) => {
  const recorder = createRecorder();
  const { history, setRows, growBy } = await startHistory(recorder, null);
  setRows(rowsUpTo(500));
  await history.read();
  setRows(rowsUpTo(3000));
  growBy(growth);
  await history.read();
  growBy(0);
  await history.read();
  const read = new Set(ids(recorder));
  expect(rowsUpTo(Math.max(...read)).filter(({ id }) => !read.has(id))).toEqual([]);
  expect(read.size).toBeGreaterThan(3000);
});

test('a first history that is still being read ends no other reading', async () => {
  const recorder = createRecorder();
  const { history, setRows } = await startHistory(recorder, null);
  setRows(rowsUpTo(2500));
  await history.read();
  setRows(rowsUpTo(5000));
  await Promise.all([history.read(), history.readDeeper()]);
  while (history.hasDeeper) await history.readDeeper();
  expect(new Set(ids(recorder)).size).toBe(5000);
});
