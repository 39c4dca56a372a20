import { describe, expect, it } from 'vitest';

import { newThreadView, type ThreadView } from '#organism/state.ts';

import { countStatuses, mergeThreads, type ThreadFilter } from './prepare-threads.ts';
import { fromLive, fromStored, mergeItems, type ThreadItem } from './thread-row.ts';

const RUN = 2;
const NO_FILTER: ThreadFilter = { status: null, agent: null, text: '', since: null };
const NEWEST_FIRST = { sort: 'activity', isDescending: true } as const;

const stored = (id: string, patch: Partial<ThreadItem> = {}): ThreadItem => ({
  ...fromStored({
    id,
    status: 'active',
    participants: ['planner'],
    messageCount: 3,
    createdAt: '2026-11-21T04:00:00Z',
    lastActivity: '2026-11-21T04:01:00Z',
  }),
  ...patch,
});

const live = (id: string, patch: Partial<ThreadView> = {}): ThreadView => ({
  ...newThreadView(id, RUN),
  status: 'active',
  ...patch,
});

function merge(
  pages: readonly ThreadItem[],
  picture: readonly ThreadView[],
  patch: { filter?: Partial<ThreadFilter>; hasMore?: boolean } = {},
): string[] {
  return mergeThreads({
    stored: pages,
    live: new Map(picture.map((thread) => [thread.id, thread])),
    run: RUN,
    filter: { ...NO_FILTER, ...patch.filter },
    order: NEWEST_FIRST,
    hasMore: patch.hasMore ?? false,
  }).map((item) => item.id);
}

describe('stored pages under the live picture', () => {
  it('hold a thread once that moved on from one page to the next', () => {
    expect(merge([stored('a'), stored('b'), stored('a')], [])).toEqual(['a', 'b']);
  });

  it('take the newest news of a thread', () => {
    const now = live('a', { status: 'error', error: 'broke', messageCount: 9, lastActivity: 5e12 });
    const [row] = mergeThreads({
      stored: [stored('a')],
      live: new Map([['a', now]]),
      run: RUN,
      filter: NO_FILTER,
      order: NEWEST_FIRST,
      hasMore: false,
    });
    expect(row).toMatchObject({ status: 'error', error: 'broke', messageCount: 9 });
    expect(row?.lastActivity).toBe(5e12);
    expect(row?.createdAt).toBe(Date.UTC(2026, 10, 21, 4));
  });

  it('take in a live thread only among the loaded rows while pages are missing', () => {
    const pages = [stored('top', { lastActivity: 300 }), stored('last', { lastActivity: 200 })];
    const picture = [live('new', { lastActivity: 400 }), live('old', { lastActivity: 100 })];
    expect(merge(pages, picture, { hasMore: true })).toEqual(['top', 'last', 'new']);
    expect(merge(pages, picture)).toEqual(['top', 'last', 'new', 'old']);
  });

  it('keep the filters for live threads too', () => {
    const picture = [
      live('match', { participants: ['coder'], lastActivity: 50 }),
      live('other', { participants: ['critic'], lastActivity: 50 }),
      live('quiet', { participants: ['coder'], lastActivity: 1 }),
      live('done', { participants: ['coder'], status: 'completed', lastActivity: 50 }),
    ];
    const filter = { status: 'active', agent: 'coder', since: 10 };
    expect(merge([], picture, { filter })).toEqual(['match']);
    expect(merge([], picture, { filter: { text: 'CRIT' } })).toEqual(['other']);
  });

  it('drop a row whose status has left the filter', () => {
    const pages = [stored('a'), stored('b')];
    const picture = [live('a', { status: 'completed' })];
    expect(merge(pages, picture, { filter: { status: 'active' } })).toEqual(['b']);
  });
});

it('believes the larger sum of a thread that left the picture and came back', () => {
  const before = stored('a', { tokens: 900, costNanos: 90, unpricedRequests: 1 });
  const now = { ...fromLive(live('a'), RUN), tokens: 100, costNanos: 10 };
  expect(mergeItems(before, now)).toMatchObject({
    tokens: 900,
    costNanos: 90,
    unpricedRequests: 1,
  });
  expect(mergeItems(before, { ...now, tokens: 1000 })).toMatchObject({ costNanos: 10 });
});

it('calls an active thread of an earlier run cut off', () => {
  const counts = countStatuses({
    run: RUN,
    threads: new Map([
      ['now', live('now')],
      ['then', live('then', { run: 1 })],
    ]),
  });
  expect(counts.get('active')).toBe(1);
  expect(counts.get('cut off')).toBe(1);
});

it('knows no cost of a thread without usage', () => {
  expect(stored('a').costNanos).toBeNull();
  expect(fromLive(live('a'), RUN).costNanos).toBeNull();
});
