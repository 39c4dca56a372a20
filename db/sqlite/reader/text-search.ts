import type { Place } from '#db/store.ts';
import type { SearchWord } from '#organism/search-words.ts';

import type { DocumentKind } from '../search/document.ts';
import { BLOCK_POSITIONS } from '../search/search-database.ts';
import { DOCUMENT_TABLES, findFresh } from './fresh-documents.ts';
import type { Statements } from './statements.ts';
import type { DocumentQuery } from './word-match.ts';
import { matchText, threadTerm } from './word-match.ts';

/** Where a page begins and how far it goes, in the order of the source's clock. */
export interface DocumentPage {
  readonly direction: 'ASC' | 'DESC';
  readonly limit: number;
  readonly offset: number;
  /** Conditions on the place of a row. */
  readonly bounds: readonly Bound[];
}

export interface Bound {
  readonly sign: '<' | '<=' | '>' | '>=';
  readonly place: Place & { readonly value: number };
}

interface Found {
  readonly places: readonly Place[];
  /** Whatever the page. */
  readonly total: number;
  /** There may be more than `total`: they are counted no further. */
  readonly isTotalAtLeast: boolean;
}

/** Up to so many are read and put in order at once; of more, only the blocks a page lies in. */
export const MAX_SORTED = 2000;
/** A common word is in most texts: how often beyond this takes longer to say than a page to find. */
const MAX_COUNTED = 10_000;

/** FTS5 heeds a bound that is an integer alone, and a number of JavaScript is bound as a real one. */
const POSITION = 'CAST(? AS INTEGER)';

/** What of the index a query asks for. */
interface Indexed {
  readonly kind: DocumentKind;
  /** In FTS5's language. */
  readonly match: string;
  /** Up to which position of the journal every document is in the index. */
  readonly position: number;
}

/**
 * Complete at any time: what is not in the index yet is looked through in the journal.
 * @param countTo how far the total is counted
 */
export function findDocuments(
  statements: Statements,
  query: DocumentQuery,
  page: DocumentPage,
  countTo = MAX_COUNTED,
): Found {
  const position = indexPosition(statements);
  const { kind } = query;
  const among = position === 0 ? null : { kind, match: matchText(statements, query), position };
  const fresh = findFresh(statements, query, position).filter(
    ({ id }) => among === null || id > position || !isIndexed(statements, among, id),
  );
  const wanted = { ...page, limit: page.offset + page.limit, offset: 0 };
  let counted = 0;
  let indexed: Place[] = [];
  if (among !== null) {
    counted = countIndexed(statements, among, countTo + 1);
    if (counted > MAX_SORTED) indexed = findByBlocks(statements, among, wanted);
    else if (counted > 0) {
      indexed = findIndexed(statements, among, { page: wanted, range: [0, position] });
    }
  }
  const freshHere = fresh.filter((place) => page.bounds.every((bound) => isWithin(place, bound)));
  const places = sortPlaces([...freshHere, ...indexed], page.direction);
  return {
    places: places.slice(page.offset, page.offset + page.limit),
    total: Math.min(counted, countTo) + fresh.length,
    isTotalAtLeast: counted > countTo,
  };
}

/** Which threads hold a message with these words. */
export interface ThreadMatches {
  /** All of them; null when there are too many to list. */
  readonly threadIds: ReadonlySet<number> | null;
  has(threadId: number): boolean;
}

/** Of more messages only the newest are read to list their threads: each other thread is asked. */
const MAX_LISTED_MESSAGES = 5000;

export function matchThreads(
  statements: Statements,
  query: { readonly organismId: number; readonly words: readonly SearchWord[] },
): ThreadMatches {
  const documents: DocumentQuery = { kind: 'message', ...query };
  const position = indexPosition(statements);
  const match = position === 0 ? '' : matchText(statements, documents);
  const newest = `SELECT rowid FROM search.documents WHERE documents MATCH ?
    AND rowid <= ${POSITION} ORDER BY rowid DESC LIMIT ${MAX_LISTED_MESSAGES + 1}`;
  const indexed = position === 0 ? [] : statements.rows(newest, [match, position]);
  const fresh = findFresh(statements, documents, position).map(({ id }) => id);
  const listed = threadsOf(statements, [...fresh, ...indexed.map(([seq = 0]) => seq)]);
  if (indexed.length <= MAX_LISTED_MESSAGES) {
    return { threadIds: listed, has: (id) => listed.has(id) };
  }
  const any = `SELECT rowid FROM search.documents
    WHERE documents MATCH ? AND rowid <= ${POSITION} LIMIT 1`;
  return {
    threadIds: null,
    has: (id) =>
      listed.has(id) ||
      statements.rows(any, [`${match} AND ${threadTerm(id)}`, position]).length > 0,
  };
}

/** Which threads these messages are of. */
function threadsOf(statements: Statements, seqs: readonly number[]): ReadonlySet<number> {
  const rows = statements.rows(
    `SELECT DISTINCT m.thread_id FROM json_each(?) place
     CROSS JOIN messages m ON m.seq = place.value`,
    [JSON.stringify(seqs)],
  );
  return new Set(rows.map(([id = 0]) => id));
}

/** 0 while there is no index: then everything is fresh. */
function indexPosition(statements: Statements): number {
  if (!statements.hasSearch()) return 0;
  const sql = "SELECT value FROM search.meta WHERE key = 'position'";
  return Number(statements.get<{ value: string }>(sql)?.value ?? 0);
}

/** Of an amended message: whether its earlier text matches too. */
function isIndexed(statements: Statements, { match }: Indexed, id: number): boolean {
  const sql = `SELECT rowid FROM search.documents WHERE documents MATCH ? AND rowid = ${POSITION}`;
  return statements.rows(sql, [match, id]).length > 0;
}

function countIndexed(
  statements: Statements,
  { match, position }: Indexed,
  countTo: number,
): number {
  const sql = `SELECT count(*) AS total FROM (SELECT 1 FROM search.documents
    WHERE documents MATCH ? AND rowid <= ${POSITION} LIMIT ?)`;
  return statements.get<{ total: number }>(sql, [match, position, countTo])?.total ?? 0;
}

/**
 * The page's places among the documents at these positions, both included.
 * @param range a block, or all positions where no more than MAX_SORTED documents match
 */
function findIndexed(
  statements: Statements,
  { kind, match }: Indexed,
  { page, range }: { page: DocumentPage; range: Range },
): Place[] {
  const { direction, limit, bounds } = page;
  const where = bounds.map(({ sign }) => `AND (m.occurred_at, m.seq) ${sign} (?, ?)`);
  return statements.all<Place>(
    `SELECT m.seq AS id, m.occurred_at AS value
     FROM (SELECT rowid AS seq FROM search.documents
       WHERE documents MATCH ? AND rowid >= ${POSITION} AND rowid <= ${POSITION}) d
     CROSS JOIN ${DOCUMENT_TABLES[kind]} m ON m.seq = d.seq ${where.join(' ')}
     ORDER BY m.occurred_at ${direction}, m.seq ${direction} LIMIT ?`,
    [match, ...range, ...bounds.flatMap(({ place }) => [place.value, place.id]), limit],
  );
}

/** Positions of the journal. */
type Range = readonly [first: number, last: number];

interface Block {
  readonly block: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * Looks into one block after the other, those first that reach furthest to the page's beginning,
 * until none of the rest can hold a row that comes before the last one found.
 */
function findByBlocks(statements: Statements, among: Indexed, page: DocumentPage): Place[] {
  const isNewestFirst = page.direction === 'DESC';
  const blocks = statements.all<Block>(
    `SELECT block, first_at AS firstAt, last_at AS lastAt FROM search.blocks
     ORDER BY ${isNewestFirst ? 'last_at DESC' : 'first_at ASC'}`,
  );
  let found: Place[] = [];
  let gap: Range = [0, 0];
  for (const { block, firstAt, lastAt } of blocks) {
    const worst = found[page.limit - 1]?.value ?? null;
    if (worst !== null && (isNewestFirst ? lastAt < worst : firstAt > worst)) break;
    if (page.bounds.some((bound) => isBeyond(bound, firstAt, lastAt))) continue;
    const first = block * BLOCK_POSITIONS;
    const range: Range = [first, Math.min(first + BLOCK_POSITIONS - 1, among.position)];
    if (range[0] > gap[0] && range[1] < gap[1]) continue;
    const here = findIndexed(statements, among, { page, range });
    if (here.length === 0) gap = gapAround(statements, among, range);
    else found = sortPlaces([...found, ...here], page.direction).slice(0, page.limit);
  }
  return found;
}

/** The matches before and behind a block: no block between the two needs to be looked into. */
function gapAround(statements: Statements, { match }: Indexed, [first, last]: Range): Range {
  const nearest = (sign: '<' | '>', order: 'ASC' | 'DESC', from: number) =>
    statements.rows(
      `SELECT rowid FROM search.documents
       WHERE documents MATCH ? AND rowid ${sign} ${POSITION} ORDER BY rowid ${order} LIMIT 1`,
      [match, from],
    )[0]?.[0];
  const before = nearest('<', 'DESC', first) ?? -1;
  return [before, nearest('>', 'ASC', last) ?? Infinity];
}

function isBeyond({ sign, place }: Bound, firstAt: number, lastAt: number): boolean {
  return sign.startsWith('<') ? firstAt > place.value : lastAt < place.value;
}

function isWithin(place: Place, { sign, place: bound }: Bound): boolean {
  const order = comparePlaces(place, bound);
  if (order === 0) return sign.endsWith('=');
  return sign.startsWith('<') ? order < 0 : order > 0;
}

function sortPlaces(places: Place[], direction: 'ASC' | 'DESC'): Place[] {
  const sign = direction === 'ASC' ? 1 : -1;
  return places.sort((a, b) => sign * comparePlaces(a, b));
}

function comparePlaces(a: Place, b: Place): number {
  return (a.value ?? 0) - (b.value ?? 0) || a.id - b.id;
}
