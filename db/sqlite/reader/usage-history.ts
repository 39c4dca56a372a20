import type { JournalEventOf, PlacedPage, Store, UsageDimension, UsageQuery } from '#db/store.ts';

import { readPositions } from './event-queries.ts';
import type { Lookups } from './lookups.ts';
import { listPlaces, nextPlace } from './places.ts';
import type { Statements } from './statements.ts';
import { skipCalls } from './usage-offset.ts';
import { resolveUsageScope } from './usage-scope.ts';
import { countCalls, groupName } from './usage-sums.ts';

interface Deps {
  readonly statements: Statements;
  readonly lookups: Lookups;
}

/** Model calls, newest first by the source's clock. */
export function listUsage(
  deps: Deps,
  query: Parameters<Store['listUsage']>[0],
): PlacedPage<JournalEventOf<'usage'>> {
  const { statements } = deps;
  const scope = resolveUsageScope(deps, query);
  if (scope === null) return { rows: [], total: 0, next: null };
  const { limit } = query;
  // A place at or behind the end of the range leaves out none of it.
  const after = (query.after?.value ?? -Infinity) < scope.to ? query.after : undefined;
  const { to, offset } = skipCalls(statements, scope, query.after === undefined ? query.offset : 0);
  // Of two upper bounds SQLite searches by one: by the place's, where there is one.
  const end = after === undefined ? { sql: ' AND occurred_at < ?', params: [to] } : NO_END;
  const places = listPlaces(
    statements,
    {
      from: `FROM usage
        WHERE ${scope.where}${scope.ledgerWhere} AND occurred_at >= ?${end.sql}`,
      params: [...scope.params, ...scope.ledgerParams, scope.from, ...end.params],
      id: 'seq',
      value: 'occurred_at',
      isNullable: false,
      direction: 'DESC',
    },
    { limit, offset, after },
  );
  const seqs = places.map(({ id }) => id);
  return {
    rows: readPositions(deps, 'usage', seqs),
    total: countCalls(deps, scope),
    next: nextPlace(places, limit),
  };
}

const NO_END = { sql: '', params: [] };

/** As `source@version`, of every call in the range that we priced. */
export function listPriceVersions(deps: Deps, query: UsageQuery): string[] {
  const scope = resolveUsageScope(deps, query);
  if (scope === null) return [];
  const sql = `SELECT DISTINCT source || '@' || version AS name FROM prices WHERE id IN (
      SELECT price_id FROM usage
      WHERE ${scope.where}${scope.ledgerWhere} AND occurred_at >= ? AND occurred_at < ?
    ) ORDER BY name`;
  const { params, ledgerParams, from, to } = scope;
  const rows = deps.statements.all<{ name: string }>(sql, [...params, ...ledgerParams, from, to]);
  return rows.map(({ name }) => name);
}

const NAME_SOURCES: Readonly<Record<UsageDimension, { rollup: string; column: string }>> = {
  org: { rollup: 'usage_day_org', column: 'org_id' },
  model: { rollup: 'usage_day_model', column: 'model_id' },
  provider: { rollup: 'usage_day_model', column: 'provider_id' },
  agent: { rollup: 'usage_day_agent', column: 'agent_id' },
  thread: { rollup: 'usage_thread', column: 'thread_id' },
  billing: { rollup: 'usage_day_model', column: 'provider_id' },
};

/** Names for a filter; more than this many are searched for, not picked from a list. */
const MAX_NAMES = 5000;

export function listUsageNames(
  { statements, lookups }: Deps,
  organismId: string | undefined,
  dimension: UsageDimension,
): string[] {
  const { rollup, column } = NAME_SOURCES[dimension];
  const sql = `SELECT DISTINCT ${column} AS id FROM ${rollup} WHERE organism_id = ? LIMIT ?`;
  const ids = lookups
    .organismIds(organismId)
    .flatMap((organism) => statements.all<{ id: number }>(sql, [organism, MAX_NAMES]));
  const found = new Set(ids.map(({ id }) => groupName(lookups, dimension, id)));
  return [...found].filter((name) => name !== null).sort();
}
