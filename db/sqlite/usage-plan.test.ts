import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import type { UsageDimension, UsageQuery } from '#db/store.ts';
import { DAY_MS } from '#organism/durations.ts';

import type { Connection } from './connection.ts';
import { openReaderConnection } from './connection.ts';
import { createLookups } from './reader/lookups.ts';
import { listMessages } from './reader/message-queries.ts';
import type { Statements } from './reader/statements.ts';
import { createStatements } from './reader/statements.ts';
import { listThreads } from './reader/thread-queries.ts';
import { dailyUsage } from './reader/usage-days.ts';
import { listUsage } from './reader/usage-history.ts';
import { planUsage } from './reader/usage-plan.ts';
import { sumUsage } from './reader/usage-sums.ts';
import { attachSearch } from './search/search-database.ts';
import { storeFiles } from './store-files.ts';
import {
  NOON,
  makeBatch,
  makeDataDir,
  makeMessage,
  makeUsage,
  openTestStore,
} from './store-fixtures.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Asia/Tokyo'];
const GROUPS: readonly (UsageDimension | undefined)[] = [undefined, 'model', 'agent', 'org'];

/** A store with a message and a call every six hours for some days, and what its queries read. */
async function openWatched(days: number) {
  const dataDir = await makeDataDir();
  const store = await openTestStore({ dataDir });
  const calls = Array.from({ length: days * 4 }, (_, i) =>
    makeUsage(`u${i}`, { occurredAt: NOON + (i * DAY_MS) / 4 }),
  );
  await store.append(makeBatch([...calls, makeMessage('m1')]));
  await store.catchUpSearch();
  await store.close();
  const db = openReaderConnection(join(dataDir, 'organoscope.db'));
  onTestFinished(() => void db.close());
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const reads: string[] = [];
  const asked: { readonly sql: string; readonly params: readonly unknown[] }[] = [];
  const statements = watch(
    createStatements(
      () => db,
      () => attachSearch(db, storeFiles(dataDir).search),
    ),
    (sql, params = []) => {
      asked.push({ sql, params });
      if (!sql.startsWith('SELECT count')) reads.push(...planOf(db, sql, params));
    },
  );
  return { deps: { statements, lookups: createLookups(statements) }, reads, asked };
}

function watch(
  statements: Statements,
  onRead: (sql: string, params: Parameters<Statements['all']>[1]) => void,
): Statements {
  return {
    ...statements,
    all: (sql, params) => {
      onRead(sql, params);
      return statements.all(sql, params);
    },
    get: (sql, params) => {
      onRead(sql, params);
      return statements.get(sql, params);
    },
    rows: (sql, params) => {
      onRead(sql, params);
      return statements.rows(sql, params);
    },
  };
}

function planOf(db: Connection, sql: string, params: Parameters<Statements['all']>[1] = []) {
  const plan = db.prepare<[typeof params], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`);
  return plan.all(params).map(({ detail }) => detail);
}

const TABLES = /(?:SCAN|SEARCH) (usage\w*)/;
const tablesOf = (reads: readonly string[]) => [
  ...new Set(reads.flatMap((detail) => TABLES.exec(detail)?.[1] ?? [])),
];

describe('what a usage query reads', () => {
  const range: UsageQuery = {
    organismId: 'garden',
    from: NOON - DAY_MS / 2,
    to: NOON + 9.5 * DAY_MS,
  };

  test.each(ZONES)(
    'days in %s come from rollups, found by their key, never scanned',
    async (zone) => {
      const { deps, reads } = await openWatched(10);
      for (const groupBy of GROUPS) {
        dailyUsage(deps, { ...range, timezone: zone, groupBy });
        dailyUsage(deps, { ...range, timezone: zone, groupBy, model: 'claude-sonnet' });
        dailyUsage(deps, { organismId: 'garden', timezone: zone, groupBy });
      }
      const usageReads = reads.filter((detail) => detail.includes(' usage'));
      expect(usageReads.length).toBeGreaterThan(0);
      expect(usageReads.filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
      // The ledger's own rows are for pieces of a quarter hour, and these days have none.
      expect(tablesOf(reads)).not.toContain('usage');
    },
  );

  test('the smallest rollup that has what is asked for is read', async () => {
    const { deps, reads } = await openWatched(3);
    const read = (run: () => unknown) => {
      reads.length = 0;
      run();
      return tablesOf(reads);
    };
    expect(read(() => sumUsage(deps, { groupBy: [] }))).toEqual(['usage_day_org']);
    expect(read(() => sumUsage(deps, { groupBy: ['agent'] }))).toEqual(['usage_day_agent']);
    expect(read(() => sumUsage(deps, { groupBy: ['model'] }))).toEqual(['usage_day_model']);
    expect(read(() => sumUsage(deps, { groupBy: ['model', 'agent'] }))).toEqual(['usage_week']);
    expect(read(() => sumUsage(deps, { groupBy: ['thread'] }))).toEqual(['usage_thread']);
    expect(read(() => dailyUsage(deps, { timezone: 'Europe/Berlin', groupBy: 'model' }))).toEqual([
      'usage_day_org',
      'usage_day_model',
      'usage_quarter_model',
    ]);
  });

  test('a month costs its weeks and the shorter side of each bucket it cuts', () => {
    // October in Berlin begins at +2 h and ends at +1 h; its first day begins a week of ours.
    const month = { from: Date.UTC(2026, 8, 30, 22), to: Date.UTC(2026, 9, 31, 23) };
    const read = (isSubtracting: boolean) => {
      const plan = planUsage(month, new Set(['model', 'agent']), isSubtracting);
      const sizesOf = (spans: typeof plan.added) =>
        spans.map(({ grain, from, to }) => `${to - from} ${grain?.table}`);
      return { added: sizesOf(plan.added), subtracted: sizesOf(plan.subtracted) };
    };
    expect(read(true)).toEqual({
      added: ['8 usage_quarter', '4 usage_week', '3 usage_day'],
      subtracted: ['4 usage_quarter'],
    });
    expect(read(false)).toEqual({
      added: ['8 usage_quarter', '4 usage_week', '2 usage_day', '92 usage_quarter'],
      subtracted: [],
    });
  });

  test('pages of threads are read from one index, in whatever order', async () => {
    const { deps, reads } = await openWatched(3);
    const page = { organismId: 'garden', limit: 2, offset: 0 };
    const place = { value: 1, id: 1 };
    const fewActive = NOON + 9 * DAY_MS;
    for (const sort of ['activity', 'created', 'messages', 'tokens', 'cost', 'budget'] as const) {
      for (const after of [undefined, place]) {
        listThreads(deps, { ...page, sort, after });
        listThreads(deps, { ...page, sort, after, status: 'active', activeSince: fewActive });
        listThreads(deps, { ...page, sort, after, agent: 'greeter' });
      }
    }
    const ofThreads = reads.filter((detail) => / t /.test(detail));
    const index = /USING COVERING INDEX threads_\w+ \(organism_id=\?/;
    const whole = ofThreads.filter((detail) => !detail.includes('INTEGER PRIMARY KEY'));
    expect(whole.length).toBeGreaterThan(0);
    expect(whole.filter((detail) => !index.test(detail))).toEqual([]);
  });

  test('of threads that are mostly active a page is found in its order, but for the oldest', async () => {
    const { deps, reads } = await openWatched(3);
    const page = { organismId: 'garden', limit: 2, offset: 0, activeSince: NOON - DAY_MS };
    for (const sort of ['created', 'messages', 'tokens', 'cost', 'budget'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        reads.length = 0;
        listThreads(deps, { ...page, sort, direction, after: { value: 1, id: 1 } });
        const isInOrder = sort !== 'created' || direction === 'desc';
        const index = isInOrder ? `threads_${sort}` : 'threads_activity';
        const places = reads.filter((detail) => / t USING/.test(detail));
        expect(places.filter((detail) => !detail.includes(index))).toEqual(
          places.filter((detail) => detail.includes('PRIMARY KEY')),
        );
        // Participants alone are put in order, where the page is not.
        const sorted = reads.filter((detail) => detail.includes('TEMP B-TREE')).length;
        expect(sorted === 1).toBe(isInOrder);
      }
    }
  });

  test('a page of threads is found by its place, in any order and of any status', async () => {
    const { deps, reads } = await openWatched(3);
    const after = { value: 1, id: 1 };
    for (const sort of ['created', 'messages', 'tokens', 'cost', 'budget'] as const) {
      for (const [status, direction] of [
        ['active', 'asc'],
        [undefined, 'desc'],
      ] as const) {
        reads.length = 0;
        listThreads(deps, {
          organismId: 'garden',
          limit: 2,
          offset: 0,
          sort,
          status,
          direction,
          after,
        });
        const places = reads.filter((detail) => detail.includes(`threads_${sort} (organism_id=?`));
        const sign = direction === 'asc' ? '>' : '<';
        // The rest of those with this value, then those behind it; at last those without any.
        expect(places[0]).toMatch(new RegExp(`=\\? AND id${sign}\\?\\)$`));
        expect(places[1]).toMatch(new RegExp(`${sign}\\?\\)$`));
        // Participants alone are put in order.
        expect(reads.filter((detail) => detail.includes('TEMP B-TREE'))).toHaveLength(1);
      }
    }
  });

  test('messages behind the index of words are found by position, not by their organism', async () => {
    const { deps, reads } = await openWatched(3);
    listMessages(deps, {
      organismId: 'garden',
      text: 'oak',
      agent: 'greeter',
      limit: 2,
      offset: 0,
    });
    expect(reads).toContain('SEARCH m USING INTEGER PRIMARY KEY (rowid>?)');
  });

  test('words are asked for whole, between positions that the index heeds', async () => {
    const { deps, asked } = await openWatched(3);
    const ask = { organismId: 'garden', limit: 2, offset: 0 };
    for (const text of ['hel', 'hello', 'h', 'he', 'hello hel']) {
      expect(listMessages(deps, { ...ask, text })).toMatchObject({ total: 1 });
      listThreads(deps, { ...ask, text });
    }
    const searches = asked.filter(({ sql }) => sql.includes('search.documents'));
    expect(searches.length).toBeGreaterThan(0);
    // Of any other beginning FTS5 merges the lists of all its words first.
    const beginnings = searches.flatMap(({ params }) => String(params[0]).match(/\w+"\*/g) ?? []);
    expect(new Set(beginnings)).toEqual(new Set(['he"*']));
    // A bound that is no integer is none: all places of a word are read then.
    const bounds = searches.flatMap(({ sql }) => sql.match(/rowid [<>]=? \S+/g) ?? []);
    expect(bounds.filter((bound) => !bound.endsWith('CAST(?'))).toEqual([]);
  });

  test('a page of calls is found by its place', async () => {
    const { deps, reads, asked } = await openWatched(3);
    listUsage(deps, { organismId: 'garden', limit: 2, offset: 0, after: { value: NOON, id: 9 } });
    expect(reads).toContain(
      'SEARCH usage USING COVERING INDEX usage_organism (organism_id=? AND occurred_at>? AND occurred_at<?)',
    );
    // One upper bound: of two, SQLite might search by the range's and step over all before the place.
    const pages = asked.map(({ sql }) => sql).filter((sql) => sql.includes('FROM usage\n'));
    expect(pages).toHaveLength(1);
    expect(pages.filter((sql) => sql.includes('occurred_at < ?'))).toEqual([]);
    expect(reads.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
  });

  test('a zone costs the quarter hours of its offset at each midnight, not its 96', async () => {
    const { deps } = await openWatched(30);
    const asked: number[] = [];
    const statements = watch(deps.statements, (sql, params = []) => {
      if (!sql.includes('FROM usage_quarter')) return;
      const [from, to] = params.slice(-2).map(Number);
      asked.push((to ?? 0) - (from ?? 0));
    });
    const mostOf = (timezone: string) => {
      asked.length = 0;
      dailyUsage({ ...deps, statements }, { timezone });
      return Math.max(...asked);
    };
    // March 2026 in Berlin is an hour ahead of UTC, then two.
    expect(mostOf('Europe/Berlin')).toBe(8);
    expect(mostOf('Asia/Kathmandu')).toBe(23);
    // Nine hours ahead: the nine of the evening are fewer than the fifteen before them.
    expect(mostOf('Asia/Tokyo')).toBe(36);
    expect(mostOf('Pacific/Kiritimati')).toBe(40);
  });
});
