import { expect, it } from 'vitest';

import {
  firstStretch,
  newerStretch,
  olderStretch,
  reachesPresent,
  stretchParams,
  type TimelineAnchor,
  type TimelinePage,
  type TimelineStretch,
} from './timeline-pages.ts';

const LIMIT = 3;
const STORED = [2, 3, 5, 8, 13, 21, 34, 55];

/** What the server answers: rows beyond a position, in the asked order, a page at most. */
function read(stretch: TimelineStretch): TimelinePage {
  const { order, before_seq: before, after_seq: after } = stretchParams(stretch);
  const fitting = STORED.filter(
    (seq) => seq < Number(before ?? Number.POSITIVE_INFINITY) && seq > Number(after ?? 0),
  );
  const seqs = order === 'desc' ? fitting.slice(-LIMIT) : fitting.slice(0, LIMIT);
  const rows = seqs.map((seq) => ({
    id: `m${seq}`,
    threadId: 't',
    from: 'a',
    to: 'b',
    payloadType: 'X',
    payload: {},
    timestamp: '2026-11-21T04:00:00Z',
    seq,
  }));
  return { stretch, rows, total: STORED.length, isFull: rows.length === LIMIT };
}

/** Reads outwards until both ends say there is no more. */
function readAll(anchor: TimelineAnchor): number[] {
  const pages = [read(firstStretch(anchor))];
  for (let left = 20; left > 0; left -= 1) {
    const older = olderStretch(pages[0]!);
    if (older !== null) pages.unshift(read(older));
    else if (!reachesPresent(pages.at(-1)!)) pages.push(read(newerStretch(pages)));
    else return pages.flatMap((page) => page.rows.map((row) => row.seq!));
  }
  throw new Error('the pages never end');
}

it.each<TimelineAnchor>(['end', 'start', 13, 2, 55, 1, 99])(
  'reads every message once, in order, from anchor %s outwards',
  (anchor) => {
    expect(readAll(anchor)).toEqual(STORED);
  },
);

it('asks for news after the newest row, also past an empty answer', () => {
  const end = read(firstStretch('end'));
  const nothing = read({ toward: 'newer', from: 55 });
  expect(newerStretch([end])).toEqual({ toward: 'newer', from: 55 });
  expect(newerStretch([end, nothing])).toEqual({ toward: 'newer', from: 55 });
  expect(newerStretch([read({ toward: 'older', from: 1 })])).toMatchObject({ toward: 'newer' });
});

it('goes back before a page whose predecessors were dropped', () => {
  expect(olderStretch(read({ toward: 'newer', from: 8 }))).toEqual({ toward: 'older', from: 9 });
});
