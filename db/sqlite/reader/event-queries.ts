import type { ErrorQuery, JournalEventOf, PlacedPage, Store } from '#db/store.ts';
import type { EventType, JournalEvent } from '#organism/event.ts';

import { NO_BODY } from '../pruned-body.ts';
import type { EventRow } from './event-rows.ts';
import { EVENT_COLUMNS, USAGE_JOIN, toEvent } from './event-rows.ts';
import type { Lookups } from './lookups.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Param, Statements } from './statements.ts';

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

/** The events at these positions, in this order. */
export function readPositions<T extends EventType>(
  deps: { statements: Statements; lookups: Lookups },
  type: T,
  seqs: readonly number[],
): JournalEventOf<T>[] {
  const sql = `SELECT ${EVENT_COLUMNS} FROM journal j ${USAGE_JOIN} WHERE j.seq = ?`;
  return seqs.flatMap((seq) => {
    const row = deps.statements.get<EventRow>(sql, [seq]);
    if (row === undefined) return [];
    const event = toEvent(row, deps.lookups);
    return isOfType(event, type) ? [event] : [];
  });
}

function isOfType<T extends EventType>(event: JournalEvent, type: T): event is JournalEventOf<T> {
  return event.type === type;
}

/** Errors, newest first by the source's clock. */
export function listErrors(
  deps: { statements: Statements; lookups: Lookups },
  query: ErrorQuery,
): PlacedPage<JournalEventOf<'error'>> {
  const { statements, lookups } = deps;
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return { rows: [], total: 0, next: null };
  const where: string[] = [];
  const params: Param[] = [];
  const narrow = (column: string, table: 'agents' | 'threads', name: string | undefined) => {
    if (name === undefined) return;
    where.push(`${column} = ?`);
    // No row has -1: an unknown name finds nothing.
    params.push(lookups.idsOf(table, [organism], name)[0] ?? -1);
  };
  narrow('thread_id', 'threads', query.threadId);
  narrow('agent_id', 'agents', query.agent);
  const isWhole = where.length === 0;
  if (isWhole) {
    where.push('organism_id = ?');
    params.push(organism);
  }
  const from = `FROM errors WHERE ${where.join(' AND ')}`;
  const order = { id: 'seq', value: 'occurred_at', isNullable: false, direction: 'DESC' } as const;
  const places = listPlaces(statements, { from, params, ...order }, query);
  const count = isWhole
    ? statements.get<Count>('SELECT errors AS total FROM organisms WHERE id = ?', params)
    : statements.get<Count>(`SELECT count(*) AS total ${from}`, params);
  const seqs = places.map(({ id }) => id);
  return {
    rows: readPositions(deps, 'error', seqs),
    total: count?.total ?? 0,
    next: nextPlace(places, query.limit),
  };
}

interface Count {
  readonly total: number;
}
