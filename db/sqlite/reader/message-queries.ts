import type { JournalEventOf, MessageQuery, Page } from '#db/store.ts';

import { readPositions } from './event-queries.ts';
import { likeInJson } from './like-pattern.ts';
import type { Lookups } from './lookups.ts';
import type { Param, Statements } from './statements.ts';

/** A condition with what it binds. */
interface Clause {
  readonly sql: string;
  readonly params: readonly Param[];
}

interface Scope {
  /** Each finds its rows by an index in order of time; together they are what was asked for. */
  readonly branches: readonly Clause[];
  readonly filters: readonly Clause[];
  /** Known without counting; null when a filter makes it unknown. */
  readonly total: number | null;
}

/** Messages in the order of the source's clock; positions settle ties and name places to go on from. */
export function listMessages(deps: Deps, query: MessageQuery): Page<JournalEventOf<'message'>> {
  const scope = scopeOf(deps, query);
  if (scope === null) return { rows: [], total: 0 };
  const order = query.direction === 'oldest-first' ? 'ASC' : 'DESC';
  const cursors = cursorClauses(deps.statements, query);
  const branches = scope.branches.map((branch) =>
    select('m.seq, m.occurred_at', [branch, ...scope.filters, ...cursors], {
      tail: `ORDER BY m.occurred_at ${order}, m.seq ${order} LIMIT ?`,
      params: [query.limit + query.offset],
    }),
  );
  const sql = `SELECT seq FROM (${branches.map((branch) => `SELECT * FROM (${branch.sql})`).join(' UNION ')})
    ORDER BY occurred_at ${order}, seq ${order} LIMIT ? OFFSET ?`;
  const rows = deps.statements.all<{ seq: number }>(sql, [
    ...branches.flatMap((branch) => branch.params),
    query.limit,
    query.offset,
  ]);
  return {
    rows: readPositions(
      deps,
      'message',
      rows.map((row) => row.seq),
    ),
    total: scope.total ?? countMessages(deps.statements, scope),
  };
}

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

/** Null when a name in the query was never seen: nothing can match. */
function scopeOf(deps: Deps, query: MessageQuery): Scope | null {
  const [organism] = deps.lookups.organismIds(query.organismId);
  if (organism === undefined) return null;
  const filters = contentFilters(deps, query);
  if (filters === null) return null;
  let agent: number | undefined;
  if (query.agent !== undefined) {
    [agent] = deps.lookups.idsOf('agents', [organism], query.agent);
    if (agent === undefined) return null;
  }
  if (query.threadIds !== undefined) {
    const threads = query.threadIds.flatMap((name) =>
      deps.lookups.idsOf('threads', [organism], name),
    );
    return threads.length === 0
      ? null
      : threadScope(deps, threads, [...filters, ...endFilter(agent)]);
  }
  return agent === undefined
    ? organismScope(deps, organism, filters)
    : agentScope(deps, agent, filters);
}

function contentFilters({ lookups }: Deps, query: MessageQuery): Clause[] | null {
  const filters: Clause[] = [];
  if (query.payloadType !== undefined) {
    const id = lookups.textId(query.payloadType);
    if (id === null) return null;
    filters.push({ sql: 'm.payload_type_id = ?', params: [id] });
  }
  if (query.text !== undefined && query.text !== '') filters.push(textClause(query.text));
  return filters;
}

function endFilter(agent: number | undefined): Clause[] {
  if (agent === undefined) return [];
  return [{ sql: '(m.from_id = ? OR m.to_id = ?)', params: [agent, agent] }];
}

function threadScope(deps: Deps, threads: readonly number[], filters: readonly Clause[]): Scope {
  const inThreads = `IN (${threads.map(() => '?').join(', ')})`;
  const known = () => seenIn(deps.statements, `threads WHERE id ${inThreads}`, threads);
  return {
    branches: [{ sql: `m.thread_id ${inThreads}`, params: threads }],
    filters,
    total: filters.length > 0 ? null : known(),
  };
}

/** Two branches, because an OR over both ends would sort all its rows for each page. */
function agentScope(deps: Deps, agent: number, filters: readonly Clause[]): Scope {
  return {
    branches: ['m.from_id = ?', 'm.to_id = ?'].map((sql) => ({ sql, params: [agent] })),
    filters,
    total: filters.length > 0 ? null : seenIn(deps.statements, 'agents WHERE id = ?', [agent]),
  };
}

function organismScope(deps: Deps, organism: number, filters: readonly Clause[]): Scope {
  const sql = 'SELECT messages FROM organisms WHERE id = ?';
  const known = () => deps.statements.get<{ messages: number }>(sql, [organism])?.messages ?? 0;
  return {
    branches: [{ sql: 'm.organism_id = ?', params: [organism] }],
    filters,
    total: filters.length > 0 ? null : known(),
  };
}

function seenIn(statements: Statements, from: string, params: readonly Param[]): number {
  const sql = `SELECT coalesce(sum(messages_seen), 0) AS seen FROM ${from}`;
  return statements.get<{ seen: number }>(sql, params)?.seen ?? 0;
}

/** The plain LIKE passes over most rows before the payload is cut out of the rest. */
function textClause(text: string): Clause {
  const pattern = likeInJson(text);
  return {
    sql: `EXISTS (SELECT 1 FROM journal j WHERE j.seq = m.seq AND j.body LIKE ? ESCAPE '\\'
      AND (j.body -> '$.payload') LIKE ? ESCAPE '\\')`,
    params: [pattern, pattern],
  };
}

function cursorClauses(statements: Statements, query: MessageQuery): Clause[] {
  const clauses: Clause[] = [];
  for (const [seq, sign] of [
    [query.beforeSeq, '<'],
    [query.afterSeq, '>'],
  ] as const) {
    if (seq === undefined) continue;
    const at = statements.get<{ occurredAt: number }>(
      'SELECT occurred_at AS occurredAt FROM messages WHERE seq = ?',
      [seq],
    );
    clauses.push(
      at === undefined
        ? { sql: `m.seq ${sign} ?`, params: [seq] }
        : { sql: `(m.occurred_at, m.seq) ${sign} (?, ?)`, params: [at.occurredAt, seq] },
    );
  }
  return clauses;
}

function countMessages(statements: Statements, scope: Scope): number {
  const branches = scope.branches.map((branch) => select('m.seq', [branch, ...scope.filters]));
  const row = statements.get<{ total: number }>(
    `SELECT count(*) AS total FROM (${branches.map((branch) => branch.sql).join(' UNION ')})`,
    branches.flatMap((branch) => branch.params),
  );
  return row?.total ?? 0;
}

function select(
  columns: string,
  clauses: readonly Clause[],
  end: { tail: string; params: readonly Param[] } = { tail: '', params: [] },
): Clause {
  return {
    sql: `SELECT ${columns} FROM messages m
      WHERE ${clauses.map((clause) => clause.sql).join(' AND ')} ${end.tail}`,
    params: [...clauses.flatMap((clause) => clause.params), ...end.params],
  };
}
