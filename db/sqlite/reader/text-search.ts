import type { Place } from '#db/store.ts';
import type { SearchWord } from '#organism/search-words.ts';
import { foldText, matchesSearch, wordsOf } from '#organism/search-words.ts';

import type { DocumentKind } from '../search/document.ts';
import { FACT_WORDS, readBody } from '../search/document.ts';
import { BLOCK_POSITIONS } from '../search/search-database.ts';
import type { Param, Statements } from './statements.ts';

/** Messages or errors by their words and by what the index narrows to. */
export interface DocumentQuery {
  readonly kind: DocumentKind;
  readonly organismId: number;
  /** In any of these. */
  readonly threadIds?: readonly number[] | undefined;
  readonly agentId?: number | undefined;
  /** Of a message. */
  readonly payloadTypeId?: number | undefined;
  /** Of an error. */
  readonly severity?: string | undefined;
  /** All of them; empty: any text. */
  readonly words: readonly SearchWord[];
}

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
}

/** Up to so many are read and put in order at once; of more, only the blocks a page lies in. */
export const MAX_SORTED = 2000;
const TABLES: Readonly<Record<DocumentKind, string>> = { message: 'messages', error: 'errors' };

/**
 * Complete at any time: what is not in the index yet is looked through in the journal.
 * @param countTo how far the total is counted where it is not shown: a common word is in most texts
 */
export function findDocuments(
  statements: Statements,
  query: DocumentQuery,
  page: DocumentPage,
  countTo = Number.MAX_SAFE_INTEGER,
): Found {
  const position = indexPosition(statements);
  const fresh = findFresh(statements, query, position);
  const total = position === 0 ? 0 : countIndexed(statements, query, { position, countTo });
  const wanted = { ...page, limit: page.offset + page.limit, offset: 0 };
  let indexed: Place[] = [];
  if (total > MAX_SORTED) indexed = findByBlocks(statements, query, { page: wanted, position });
  else if (total > 0) {
    indexed = findIndexed(statements, query, { page: wanted, range: [0, position] });
  }
  const freshHere = fresh.filter((place) => page.bounds.every((bound) => isWithin(place, bound)));
  const places = sortPlaces([...freshHere, ...indexed], page.direction);
  return {
    places: places.slice(page.offset, page.offset + page.limit),
    total: total + fresh.length,
  };
}

/** Which threads hold a message with these words. */
export interface ThreadMatches {
  /** All of them; null when there are too many to list. */
  readonly threadIds: ReadonlySet<number> | null;
  has(threadId: number): boolean;
}

/** More messages than this are not read to list their threads: each thread is asked instead. */
const MAX_LISTED_MESSAGES = 5000;

export function matchThreads(
  statements: Statements,
  query: { readonly organismId: number; readonly words: readonly SearchWord[] },
): ThreadMatches {
  const documents: DocumentQuery = { kind: 'message', ...query };
  const position = indexPosition(statements);
  const sql = `SELECT rowid FROM search.documents
    WHERE documents MATCH ? AND rowid <= ? LIMIT ${MAX_LISTED_MESSAGES + 1}`;
  const indexed = position === 0 ? [] : statements.rows(sql, [matchText(documents), position]);
  const threadOf = 'SELECT thread_id AS id FROM messages WHERE seq = ?';
  const threadsOf = (seqs: readonly number[]) =>
    new Set(seqs.flatMap((seq) => statements.get<{ id: number }>(threadOf, [seq])?.id ?? []));
  const fresh = findFresh(statements, documents, position).map(({ id }) => id);
  if (indexed.length <= MAX_LISTED_MESSAGES) {
    const threadIds = threadsOf([...fresh, ...indexed.map(([seq = 0]) => seq)]);
    return { threadIds, has: (id) => threadIds.has(id) };
  }
  const inFresh = threadsOf(fresh);
  const any = `SELECT rowid FROM search.documents WHERE documents MATCH ? AND rowid <= ? LIMIT 1`;
  return {
    threadIds: null,
    has: (id) =>
      inFresh.has(id) ||
      statements.rows(any, [matchText({ ...documents, threadIds: [id] }), position]).length > 0,
  };
}

/** 0 while there is no index: then everything is fresh. */
function indexPosition(statements: Statements): number {
  if (!statements.hasSearch()) return 0;
  const sql = "SELECT value FROM search.meta WHERE key = 'position'";
  return Number(statements.get<{ value: string }>(sql)?.value ?? 0);
}

function countIndexed(
  statements: Statements,
  query: DocumentQuery,
  { position, countTo }: { position: number; countTo: number },
): number {
  const sql = `SELECT count(*) AS total FROM (SELECT 1 FROM search.documents
    WHERE documents MATCH ? AND rowid <= ? LIMIT ?)`;
  const params = [matchText(query), position, countTo];
  return statements.get<{ total: number }>(sql, params)?.total ?? 0;
}

/** In FTS5's language: all of these words. Quotes cannot be in a word. */
function matchText(query: DocumentQuery): string {
  const { kind, organismId, threadIds, agentId, payloadTypeId, severity, words } = query;
  const terms = words.map(({ word, isPrefix }) => `"${word}"${isPrefix ? '*' : ''}`);
  terms.push(`"${FACT_WORDS.home(kind, organismId)}"`);
  if (threadIds !== undefined) {
    terms.push(`(${threadIds.map((id) => `"${FACT_WORDS.thread(id)}"`).join(' OR ')})`);
  }
  if (agentId !== undefined) terms.push(`"${FACT_WORDS.agent(agentId)}"`);
  if (payloadTypeId !== undefined) terms.push(`"${FACT_WORDS.payloadType(payloadTypeId)}"`);
  if (severity !== undefined) terms.push(`"${FACT_WORDS.severity(severity)}"`);
  return terms.join(' AND ');
}

/**
 * The page's places among the documents at these positions, both included.
 * @param range a block, or all positions where no more than MAX_SORTED documents match
 */
function findIndexed(
  statements: Statements,
  query: DocumentQuery,
  { page, range }: { page: DocumentPage; range: readonly [first: number, last: number] },
): Place[] {
  const { direction, limit, bounds } = page;
  const where = bounds.map(({ sign }) => `AND (m.occurred_at, m.seq) ${sign} (?, ?)`);
  const [first, last] = range;
  const [near, sign] = direction === 'DESC' ? [last, '<='] : [first, '>='];
  // Beginning at the near end and ending by a limit: with both bounds FTS5 reads all that a word has.
  return statements.all<Place>(
    `SELECT m.seq AS id, m.occurred_at AS value
     FROM (SELECT rowid AS seq FROM search.documents
       WHERE documents MATCH ? AND rowid ${sign} ? ORDER BY rowid ${direction} LIMIT ?) d
     CROSS JOIN ${TABLES[query.kind]} m ON m.seq = d.seq
     WHERE d.seq BETWEEN ? AND ? ${where.join(' ')}
     ORDER BY m.occurred_at ${direction}, m.seq ${direction} LIMIT ?`,
    [
      matchText(query),
      near,
      BLOCK_POSITIONS,
      first,
      last,
      ...bounds.flatMap(({ place }) => [place.value, place.id]),
      limit,
    ],
  );
}

interface Block {
  readonly block: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * Looks into one block after the other, those first that reach furthest to the page's beginning,
 * until none of the rest can hold a row that comes before the last one found.
 */
function findByBlocks(
  statements: Statements,
  query: DocumentQuery,
  { page, position }: { page: DocumentPage; position: number },
): Place[] {
  const isNewestFirst = page.direction === 'DESC';
  const blocks = statements.all<Block>(
    `SELECT block, first_at AS firstAt, last_at AS lastAt FROM search.blocks
     ORDER BY ${isNewestFirst ? 'last_at DESC' : 'first_at ASC'}`,
  );
  let found: Place[] = [];
  for (const { block, firstAt, lastAt } of blocks) {
    const worst = found[page.limit - 1]?.value ?? null;
    if (worst !== null && (isNewestFirst ? lastAt < worst : firstAt > worst)) break;
    if (page.bounds.some((bound) => isBeyond(bound, firstAt, lastAt))) continue;
    const first = block * BLOCK_POSITIONS;
    const range = [first, Math.min(first + BLOCK_POSITIONS - 1, position)] as const;
    const here = findIndexed(statements, query, { page, range });
    if (here.length > 0)
      found = sortPlaces([...found, ...here], page.direction).slice(0, page.limit);
  }
  return found;
}

function isBeyond({ sign, place }: Bound, firstAt: number, lastAt: number): boolean {
  return sign.startsWith('<') ? firstAt > place.value : lastAt < place.value;
}

interface FreshRow extends Place {
  readonly body: string;
}

/** Documents behind the index, read one by one: there are few, unless the store is very busy. */
function findFresh(statements: Statements, query: DocumentQuery, position: number): Place[] {
  const { words, severity } = query;
  const { where, params } = freshConditions(query, position);
  const needsBody = words.length > 0 || severity !== undefined;
  const rows = statements.all<FreshRow>(
    `SELECT m.seq AS id, m.occurred_at AS value, ${needsBody ? 'j.body' : "'' AS body"}
     FROM ${TABLES[query.kind]} m ${needsBody ? 'JOIN journal j ON j.seq = m.seq' : ''}
     WHERE m.seq > ? ${where}`,
    [position, ...params],
  );
  const isMatch = ({ body }: FreshRow): boolean => !needsBody || holds(query, body);
  return rows.filter(isMatch).map(({ id, value }) => ({ id, value }));
}

function freshConditions(
  query: DocumentQuery,
  position: number,
): { where: string; params: Param[] } {
  // A plus keeps SQLite from reading a whole index by these, where few rows lie behind the position.
  const plus = position === 0 ? '' : '+';
  const where = [`${plus}m.organism_id = ?`];
  const params: Param[] = [query.organismId];
  const { threadIds, agentId, payloadTypeId } = query;
  if (threadIds !== undefined) {
    where.push(`${plus}m.thread_id IN (${threadIds.map(() => '?').join(', ')})`);
    params.push(...threadIds);
  }
  if (agentId !== undefined) {
    const ends = query.kind === 'message' ? ['m.from_id', 'm.to_id'] : ['m.agent_id'];
    where.push(`(${ends.map((end) => `${plus}${end} = ?`).join(' OR ')})`);
    params.push(...ends.map(() => agentId));
  }
  if (payloadTypeId !== undefined) {
    where.push('m.payload_type_id = ?');
    params.push(payloadTypeId);
  }
  return { where: `AND ${where.join(' AND ')}`, params };
}

/** Most bodies lack the letters of a word: they are passed over unread. */
function holds({ kind, words, severity }: DocumentQuery, body: string): boolean {
  const folded = foldText(body);
  if (!words.every(({ word }) => folded.includes(word))) return false;
  const read = readBody(kind, body);
  if (severity !== undefined && read.severity !== severity) return false;
  return words.length === 0 || matchesSearch(wordsOf(read.text), words);
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
