import { afterEach, expect, test } from 'vitest';

import { createRejectMemory } from '../upstream/reject-memory.ts';
import { createRestClient } from '../upstream/rest-client.ts';
import { parseUpstreamUrl } from '../upstream/upstream-url.ts';
import { createPageReader } from './pages.ts';
import { startFakeUpstream } from './testing/fake-upstream.ts';
import { readMessage } from './wire.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const row = (index: number, payload: string) =>
  `{"id":"m-${index}","threadId":"t","timestamp":"2026-11-21T03:25:13Z","payload":${payload}}`;

/** A list whose rows are text, so that some may be no JSON at all. */
async function readList(rows: readonly string[]) {
  const upstream = await startFakeUpstream({
    answer({ query }) {
      const offset = Number(query.get('offset'));
      const page = rows.slice(offset, offset + Number(query.get('limit')));
      return { body: `{"messages":[${page.join(',')}],"total":${rows.length}}` };
    },
  });
  const rest = createRestClient({ url: parseUpstreamUrl(upstream.url), source: 'test' });
  stops.push(async () => {
    rest.close();
    await upstream.stop();
  });
  const readPage = createPageReader(rest, createRejectMemory());
  const read = () =>
    readPage({ path: '/messages', list: 'messages', limit: 100, offset: 0, read: readMessage });
  return { upstream, read };
}

test('one row no parser accepts hides no other, and is counted once', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => row(index, '{}'));
  rows[37] = row(37, '{"score":007}');
  rows[90] = row(90, `${'['.repeat(200)}${']'.repeat(200)}`);
  rows[91] = '{"id":"m-91"}';
  const { upstream, read } = await readList(rows);
  const page = await read();
  expect(page.count).toBe(100);
  expect(page.rows.map(({ id }) => id)).toEqual(
    Array.from({ length: 100 }, (_, index) => `m-${index}`).filter(
      (id) => !['m-37', 'm-90', 'm-91'].includes(id),
    ),
  );
  expect(page.rejects.map(({ reason }) => reason)).toEqual([
    'invalid-json',
    'too-deep',
    'invalid-event',
  ]);
  expect(upstream.requests.length).toBeLessThanOrEqual(40);
  expect((await read()).rejects).toEqual([]);
});

test('numbers that are none cost their field, however many rows have them', async () => {
  const bad = ['NaN', '-Infinity', '1e400', '9223372036854775807'];
  const rows = Array.from({ length: 100 }, (_, index) =>
    row(index, `{"score":${bad[index % bad.length]}}`),
  );
  const { upstream, read } = await readList(rows);
  const page = await read();
  expect(page.rows.map(({ payload }) => payload)).toEqual(
    rows.map((_, index) => ({ score: bad[index % bad.length] })),
  );
  expect(upstream.requests).toHaveLength(1);
});

test('a server that only sends garbage is given up, not asked for ever', async () => {
  const { upstream, read } = await readList(Array.from({ length: 250 }, () => 'garbage'));
  await expect(read()).rejects.toMatchObject({ code: 'unreadable' });
  expect(upstream.requests.length).toBeLessThanOrEqual(40);
});

test('an answer without the list is an error, not an empty list', async () => {
  const upstream = await startFakeUpstream({ answer: () => ({ body: { items: [] } }) });
  const rest = createRestClient({ url: parseUpstreamUrl(upstream.url), source: 'test' });
  stops.push(async () => {
    rest.close();
    await upstream.stop();
  });
  const readPage = createPageReader(rest, createRejectMemory());
  await expect(
    readPage({ path: '/messages', list: 'messages', limit: 100, offset: 0, read: readMessage }),
  ).rejects.toMatchObject({ code: 'status' });
});
