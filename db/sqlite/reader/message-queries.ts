import type { JournalEventOf, MessageQuery, Page } from '#db/store.ts';
import { parseSearch } from '#organism/search-words.ts';

import { readPositions } from './event-queries.ts';
import type { Lookups } from './lookups.ts';
import type { Param, Statements } from './statements.ts';
import type { Bound } from './text-search.ts';
import { findDocuments } from './text-search.ts';
import type { DocumentQuery } from './word-match.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

/** What is asked for in the store's small keys. */
interface Scope {
  readonly organism: number;
  readonly threads: readonly number[] | undefined;
  readonly agent: number | undefined;
  readonly payloadType: number | undefined;
}

/** Messages in the order of the source's clock; positions settle ties and name places to go on from. */
export function listMessages(deps: Deps, query: MessageQuery): Page<JournalEventOf<'message'>> {
  if (query.seq !== undefined) return readMessage(deps, query.organismId, query.seq);
  const scope = scopeOf(deps, query);
  if (scope === null) return { rows: [], total: 0 };
  const isSearch = scope.payloadType !== undefined || (query.text ?? '') !== '';
  const { seqs, ...total } = isSearch
    ? searchMessages(deps, query, scope)
    : scanMessages(deps, query, scope);
  return { rows: readPositions(deps, 'message', seqs), ...total };
}

function readMessage(deps: Deps, organismId: string, seq: number): Page<JournalEventOf<'message'>> {
  const rows = readPositions(deps, 'message', [seq]).filter((row) => row.organismId === organismId);
  return { rows, total: rows.length };
}

/** Null when a name in the query was never seen: nothing can match. */
function scopeOf({ lookups }: Deps, query: MessageQuery): Scope | null {
  const [organism] = lookups.organismIds(query.organismId);
  if (organism === undefined) return null;
  let agent: number | undefined;
  if (query.agent !== undefined) {
    [agent] = lookups.idsOf('agents', [organism], query.agent);
    if (agent === undefined) return null;
  }
  const threads = query.threadIds?.flatMap((name) => lookups.idsOf('threads', [organism], name));
  if (threads?.length === 0) return null;
  const payloadType =
    query.payloadType === undefined ? undefined : lookups.textId(query.payloadType);
  return payloadType === null ? null : { organism, threads, agent, payloadType };
}

interface Answer {
  readonly seqs: readonly number[];
  readonly total: number;
  readonly isTotalAtLeast?: boolean;
}

/** By words or by type: no index of the store has those. */
function searchMessages(deps: Deps, query: MessageQuery, scope: Scope): Answer {
  const words = parseSearch(query.text ?? '');
  if ((query.text ?? '') !== '' && words.length === 0) return { seqs: [], total: 0 };
  const documents: DocumentQuery = {
    kind: 'message',
    organismId: scope.organism,
    threadIds: scope.threads,
    agentId: scope.agent,
    payloadTypeId: scope.payloadType,
    words,
  };
  const { limit, offset } = query;
  const { places, ...total } = findDocuments(deps.statements, documents, {
    direction: directionOf(query),
    limit,
    offset,
    bounds: boundsOf(deps.statements, query),
  });
  return { seqs: places.map(({ id }) => id), ...total };
}

/** A condition with what it binds. */
interface Clause {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** Each branch finds its rows by an index in order of time; together they are what was asked for. */
function scanMessages({ statements }: Deps, query: MessageQuery, scope: Scope): Answer {
  const order = directionOf(query);
  const branches = branchesOf(scope);
  const bounds = boundsOf(statements, query).map(({ sign, place }) => ({
    sql: `(m.occurred_at, m.seq) ${sign} (?, ?)`,
    params: [place.value, place.id],
  }));
  const selects = branches.map((branch) =>
    select('m.seq, m.occurred_at', [...branch, ...bounds], {
      tail: `ORDER BY m.occurred_at ${order}, m.seq ${order} LIMIT ?`,
      params: [query.limit + query.offset],
    }),
  );
  const rows = statements.all<{ seq: number }>(
    `SELECT seq FROM (${selects.map(({ sql }) => `SELECT * FROM (${sql})`).join(' UNION ')})
     ORDER BY occurred_at ${order}, seq ${order} LIMIT ? OFFSET ?`,
    [...selects.flatMap(({ params }) => params), query.limit, query.offset],
  );
  return { seqs: rows.map(({ seq }) => seq), total: totalOf(statements, scope) };
}

/** Two branches for an agent, because an OR over both ends would sort all its rows for each page. */
function branchesOf({ organism, threads, agent }: Scope): Clause[][] {
  if (threads === undefined && agent === undefined) {
    return [[{ sql: 'm.organism_id = ?', params: [organism] }]];
  }
  if (threads === undefined) {
    return ['m.from_id = ?', 'm.to_id = ?'].map((sql) => [{ sql, params: [agent ?? 0] }]);
  }
  const inThreads = { sql: `m.thread_id IN (${marks(threads)})`, params: threads };
  if (agent === undefined) return [[inThreads]];
  return [[inThreads, { sql: '(m.from_id = ? OR m.to_id = ?)', params: [agent, agent] }]];
}

/** Counters know it; only an agent's part in some threads is counted. */
function totalOf(statements: Statements, { organism, threads, agent }: Scope): number {
  const read = (sql: string, params: readonly Param[]) =>
    statements.get<{ total: number }>(sql, params)?.total ?? 0;
  if (threads !== undefined && agent !== undefined) {
    return read(
      `SELECT count(*) AS total FROM messages
       WHERE thread_id IN (${marks(threads)}) AND (from_id = ? OR to_id = ?)`,
      [...threads, agent, agent],
    );
  }
  const seen = 'SELECT coalesce(sum(messages_seen), 0) AS total';
  if (threads !== undefined)
    return read(`${seen} FROM threads WHERE id IN (${marks(threads)})`, threads);
  if (agent !== undefined) return read(`${seen} FROM agents WHERE id = ?`, [agent]);
  return read('SELECT messages AS total FROM organisms WHERE id = ?', [organism]);
}

function boundsOf(statements: Statements, { beforeSeq, afterSeq }: MessageQuery): Bound[] {
  return [
    ...(beforeSeq === undefined ? [] : [boundAt(statements, beforeSeq, '<')]),
    ...(afterSeq === undefined ? [] : [boundAt(statements, afterSeq, '>')]),
  ];
}

/**
 * A position that is not a message's stands right behind the last message before it: `before` it is
 * up to that message, `after` it is from there on.
 */
function boundAt(statements: Statements, seq: number, sign: '<' | '>'): Bound {
  const at = statements.get<{ id: number; value: number }>(
    `SELECT seq AS id, occurred_at AS value FROM messages WHERE seq <= ? ORDER BY seq DESC LIMIT 1`,
    [seq],
  );
  const place = at ?? { id: 0, value: -Infinity };
  return { sign: sign === '<' && place.id !== seq ? '<=' : sign, place };
}

function directionOf({ direction }: MessageQuery): 'ASC' | 'DESC' {
  return direction === 'oldest-first' ? 'ASC' : 'DESC';
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function select(
  columns: string,
  clauses: readonly Clause[],
  end: { tail: string; params: readonly Param[] },
): Clause {
  return {
    sql: `SELECT ${columns} FROM messages m
      WHERE ${clauses.map(({ sql }) => sql).join(' AND ')} ${end.tail}`,
    params: [...clauses.flatMap(({ params }) => params), ...end.params],
  };
}
