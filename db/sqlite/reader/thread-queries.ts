import type { PlacedPage, StoredThread, ThreadQuery } from '#db/store.ts';

import type { Lookups } from './lookups.ts';
import type { Listing } from './places.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Statements } from './statements.ts';
import type { ThreadListing } from './thread-listing.ts';
import { describeThreads } from './thread-listing.ts';
import { readThreads } from './thread-rows.ts';
import { listThreadsWithText } from './thread-text.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

export function listThreads(deps: Deps, query: ThreadQuery): PlacedPage<StoredThread> {
  const { statements, lookups } = deps;
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return { rows: [], total: 0, next: null };
  const listing = describeThreads(deps, organism, query);
  const { text = '' } = query;
  const { places, ...total } =
    text === ''
      ? listAll(statements, listing, query)
      : listThreadsWithText(statements, listing, { ...query, text, organism });
  return {
    rows: readThreads(
      deps,
      query.organismId,
      places.map(({ id }) => id),
    ),
    ...total,
    next: nextPlace(places, query.limit),
  };
}

function listAll(statements: Statements, listing: ThreadListing, query: ThreadQuery) {
  const bounded = listing.isInOrder ? listing : boundBySample(statements, listing, query);
  const places = listPlaces(statements, bounded, query);
  return { places, ...countThreads(statements, listing, query) };
}

/** Of a busy agent's threads no more are counted than whoever pages by offset needs to go on. */
function countThreads(
  statements: Statements,
  { total, isCountDear, countedFrom, params }: ThreadListing,
  { limit, offset }: ThreadQuery,
): Pick<PlacedPage<StoredThread>, 'total' | 'isTotalAtLeast'> {
  if (total !== undefined) return { total };
  const count = (sql: string, more: readonly number[] = []): number =>
    statements.get<{ total: number }>(sql, [...params, ...more])?.total ?? 0;
  if (!isCountDear) return { total: count(`SELECT count(*) AS total ${countedFrom}`) };
  const most = Math.max(MAX_COUNTED_THREADS, offset + limit + 1);
  const counted = count(`SELECT count(*) AS total FROM (SELECT 1 ${countedFrom} LIMIT ?)`, [most]);
  return { total: counted, isTotalAtLeast: counted === most };
}

/** Each is looked up: so many take a millisecond. */
const MAX_COUNTED_THREADS = 2000;

/** Threads whose values are looked at to see how far a page reaches at most. */
const SAMPLED_THREADS = 2000;

/**
 * Leaves out what cannot be on the page: as many threads as it has places for are before or at the
 * bound, for that many were found among those of the newest activity. SQLite then only compares most
 * threads with it, instead of keeping its best ones sorted while it reads.
 */
function boundBySample(statements: Statements, listing: Listing, query: ThreadQuery): Listing {
  const { from, params, value, id, isNullable, direction } = listing;
  const isAscending = direction === 'ASC';
  // Nulls come first then, and no bound includes them.
  if (isNullable && isAscending) return listing;
  const { limit, after } = query;
  if (after?.value === null) return listing;
  const behind = after === undefined ? '' : `WHERE (value, id) ${isAscending ? '>' : '<'} (?, ?)`;
  const offset = after === undefined ? query.offset : 0;
  // The first ones that were created are among those whose activity is the oldest.
  const sampled = isAscending && query.sort === 'created' ? 'ASC' : 'DESC';
  const sample = `SELECT value FROM (
      SELECT ${value} AS value, ${id} AS id ${from}
      ORDER BY t.last_activity ${sampled} LIMIT ${SAMPLED_THREADS}
    ) ${behind} ORDER BY value ${direction} LIMIT 1 OFFSET ?`;
  const bound = statements.get<{ value: number | null }>(sample, [
    ...params,
    ...(after === undefined ? [] : [after.value, after.id]),
    offset + limit - 1,
  ])?.value;
  if (bound === undefined || bound === null) return listing;
  const sign = isAscending ? '<=' : '>=';
  return { ...listing, from: `${from} AND ${value} ${sign} ?`, params: [...params, bound] };
}

export function getThread(deps: Deps, organismId: string, threadId: string): StoredThread | null {
  const ids = deps.lookups.idsOf('threads', deps.lookups.organismIds(organismId), threadId);
  return readThreads(deps, organismId, ids)[0] ?? null;
}
