import type { UsageDimension, UsageQuery } from '#db/store.ts';
import { BILLING_KINDS } from '#organism/event.ts';

import { IS_COVERED, billedProvider } from '../billed-provider.ts';
import { DIMENSION_COLUMNS } from '../rollup-grains.ts';
import type { Lookups } from './lookups.ts';
import type { Param, Statements } from './statements.ts';

/** A usage query's filters in the store's small keys. */
export interface UsageScope {
  readonly organismIds: readonly number[];
  /** Half-open; infinite where the query leaves an end open. */
  readonly from: number;
  readonly to: number;
  readonly filtered: ReadonlySet<UsageDimension>;
  /** For the ledger and every rollup alike. */
  readonly where: string;
  readonly params: readonly Param[];
  /** For the ledger alone: where in the journal the asked threads' usage lies. */
  readonly ledgerWhere: string;
  readonly ledgerParams: readonly Param[];
}

/** Null when a name in the query was never seen: nothing can match. */
export function resolveUsageScope(
  { statements, lookups }: { statements: Statements; lookups: Lookups },
  query: UsageQuery,
): UsageScope | null {
  const organismIds = lookups.organismIds(query.organismId);
  if (organismIds.length === 0) return null;
  const filters = namedFilters(lookups, organismIds, query);
  if (filters.some(([, ids]) => ids.length === 0)) return null;

  const threads = filters.find(([dimension]) => dimension === 'thread')?.[1] ?? null;
  const bounds = threads === null ? null : usageBounds(statements, threads);
  const clauses = filters.map(([dimension, ids]) => anyOf(DIMENSION_COLUMNS[dimension], ids));
  return {
    organismIds,
    from: query.from ?? -Infinity,
    to: query.to ?? Infinity,
    filtered: new Set([
      ...filters.map(([dimension]) => dimension),
      ...(query.billing === undefined ? [] : (['billing'] as const)),
    ]),
    where: [anyOf('organism_id', organismIds), ...clauses, ...billingClause(query)].join(' AND '),
    params: [...organismIds, ...filters.flatMap(([, ids]) => ids)],
    ledgerWhere: bounds === null ? '' : ' AND seq BETWEEN ? AND ?',
    ledgerParams: bounds === null ? [] : [bounds.first, bounds.last],
  };
}

type Filter = readonly [UsageDimension, readonly number[]];

function namedFilters(
  lookups: Lookups,
  organismIds: readonly number[],
  query: UsageQuery,
): Filter[] {
  const filters: Filter[] = [];
  for (const dimension of ['org', 'model'] as const) {
    const text = query[dimension];
    if (text !== undefined) filters.push([dimension, textIds(lookups, [text])]);
  }
  const { provider } = query;
  if (provider !== undefined) {
    const names = BILLING_KINDS.map((kind) => billedProvider(provider, kind));
    filters.push(['provider', textIds(lookups, names)]);
  }
  if (query.agent !== undefined) {
    filters.push(['agent', lookups.idsOf('agents', organismIds, query.agent)]);
  }
  if (query.threadId !== undefined) {
    filters.push(['thread', lookups.idsOf('threads', organismIds, query.threadId)]);
  }
  return filters;
}

function textIds(lookups: Lookups, texts: readonly string[]): number[] {
  return texts.map((text) => lookups.textId(text)).filter((id) => id !== null);
}

function billingClause({ billing }: UsageQuery): string[] {
  if (billing === undefined) return [];
  return [billing === 'subscription' ? IS_COVERED : `NOT ${IS_COVERED}`];
}

function usageBounds(statements: Statements, threads: readonly number[]) {
  const row = statements.get<{ first: number | null; last: number | null }>(
    `SELECT min(first_usage_seq) AS first, max(last_usage_seq) AS last
     FROM threads WHERE ${anyOf('id', threads)}`,
    threads,
  );
  return { first: row?.first ?? 0, last: row?.last ?? 0 };
}

function anyOf(column: string, ids: readonly number[]): string {
  return ids.length === 1 ? `${column} = ?` : `${column} IN (${ids.map(() => '?').join(', ')})`;
}
