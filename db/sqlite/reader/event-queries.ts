import type { ErrorQuery, JournalEventOf, Place, PlacedPage, Store } from '#db/store.ts';
import type { EventType, JournalEvent } from '#organism/event.ts';
import { parseSearch } from '#organism/search-words.ts';

import { NO_BODY } from '../pruned-body.ts';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, USAGE_JOIN, toEvent, toNewestEvent } from './event-rows.ts';
import type { Lookups } from './lookups.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Param, Statements } from './statements.ts';
import { findDocuments } from './text-search.ts';
import type { DocumentQuery } from './word-match.ts';

export function readEvents(
  deps: { statements: Statements; lookups: Lookups },
  { organismId, since, limit }: Parameters<Store['readEvents']>[0],
): JournalEvent[] {
  const { statements, lookups } = deps;
  const params: Param[] = [since];
  let where = `j.seq > ? AND j.body <> '${NO_BODY}'`;
  if (organismId !== undefined) {
    const [id] = lookups.organismIds(organismId);
    if (id === undefined) return [];
    const sql = 'SELECT last_seq AS lastSeq FROM organisms WHERE id = ?';
    const known = statements.get<{ lastSeq: number }>(sql, [id]);
    // A quiet organism beside a busy one: nothing new, so its neighbour's events are not scanned.
    if ((known?.lastSeq ?? 0) <= since) return [];
    where += ' AND j.organism_id = ?';
    params.push(id);
  }
  const sql = `SELECT ${EVENT_COLUMNS} FROM journal j ${USAGE_JOIN}
    WHERE ${where} ORDER BY j.seq LIMIT ?`;
  return statements.all<EventRow>(sql, [...params, limit]).map((row) => toEvent(row, lookups));
}

/** The events at these positions, in this order, with what later ones amended. */
export function readPositions<T extends EventType>(
  deps: { statements: Statements; lookups: Lookups },
  type: T,
  seqs: readonly number[],
): JournalEventOf<T>[] {
  // One statement for all: better-sqlite3 takes as long to begin one as to read several rows.
  const isMessage = type === 'message';
  const sql = `SELECT ${EVENT_COLUMNS} ${isMessage ? ', n.body AS amendedBody' : ''}
    FROM json_each(?) place CROSS JOIN journal j ON j.seq = place.value ${USAGE_JOIN}
    ${isMessage ? AMENDED_JOIN : ''}`;
  const rows = deps.statements.all<EventRow & { amendedBody?: string | null }>(sql, [
    JSON.stringify(seqs),
  ]);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => {
    const row = bySeq.get(seq);
    if (row === undefined || row.body === NO_BODY) return [];
    const { amendedBody } = row;
    const isAmended = amendedBody != null && amendedBody !== NO_BODY;
    const event = toNewestEvent(isAmended ? { ...row, body: amendedBody } : row, deps.lookups);
    return isOfType(event, type) ? [event] : [];
  });
}

/** The newest telling of a message that came again with more in it. */
const AMENDED_JOIN = `LEFT JOIN amended_messages a ON a.seq = j.seq
  LEFT JOIN journal n ON n.seq = a.by_seq`;

function isOfType<T extends EventType>(event: JournalEvent, type: T): event is JournalEventOf<T> {
  return event.type === type;
}

/** Errors, newest first by the source's clock. */
export function listErrors(
  deps: { statements: Statements; lookups: Lookups },
  query: ErrorQuery,
): PlacedPage<JournalEventOf<'error'>> {
  const { lookups } = deps;
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return { rows: [], total: 0, next: null };
  const idOf = (table: 'agents' | 'threads', name: string | undefined) =>
    name === undefined ? undefined : (lookups.idsOf(table, [organism], name)[0] ?? null);
  const thread = idOf('threads', query.threadId);
  const agent = idOf('agents', query.agent);
  // A name that was never seen finds nothing.
  if (thread === null || agent === null) return { rows: [], total: 0, next: null };
  const scope = { organism, thread, agent };
  const isSearch = query.severity !== undefined || (query.text ?? '') !== '';
  const { places, ...total } = isSearch
    ? searchErrors(deps.statements, query, scope)
    : scanErrors(deps.statements, query, scope);
  return {
    rows: readPositions(
      deps,
      'error',
      places.map(({ id }) => id),
    ),
    ...total,
    next: nextPlace(places, query.limit),
  };
}

interface ErrorScope {
  readonly organism: number;
  readonly thread: number | undefined;
  readonly agent: number | undefined;
}
interface ErrorPlaces {
  readonly places: readonly Place[];
  readonly total: number;
  readonly isTotalAtLeast?: boolean;
}

function searchErrors(
  statements: Statements,
  query: ErrorQuery,
  { organism, thread, agent }: ErrorScope,
): ErrorPlaces {
  const words = parseSearch(query.text ?? '');
  if ((query.text ?? '') !== '' && words.length === 0) return { places: [], total: 0 };
  const { after, limit, severity } = query;
  const documents: DocumentQuery = {
    kind: 'error',
    organismId: organism,
    threadIds: thread === undefined ? undefined : [thread],
    agentId: agent,
    severity,
    words,
  };
  return findDocuments(statements, documents, {
    direction: 'DESC',
    limit,
    offset: after === undefined ? query.offset : 0,
    bounds:
      after === undefined ? [] : [{ sign: '<', place: { id: after.id, value: after.value ?? 0 } }],
  });
}

function scanErrors(
  statements: Statements,
  query: ErrorQuery,
  { organism, thread, agent }: ErrorScope,
): ErrorPlaces {
  const where: string[] = [];
  const params: Param[] = [];
  const narrow = (column: string, id: number | undefined) => {
    if (id === undefined) return;
    where.push(`${column} = ?`);
    params.push(id);
  };
  narrow('thread_id', thread);
  narrow('agent_id', agent);
  const isWhole = where.length === 0;
  if (isWhole) narrow('organism_id', organism);
  const from = `FROM errors WHERE ${where.join(' AND ')}`;
  const order = { id: 'seq', value: 'occurred_at', isNullable: false, direction: 'DESC' } as const;
  const count = isWhole
    ? 'SELECT errors AS total FROM organisms WHERE id = ?'
    : `SELECT count(*) AS total ${from}`;
  return {
    places: listPlaces(statements, { from, params, ...order }, query),
    total: statements.get<{ total: number }>(count, params)?.total ?? 0,
  };
}
