import type { AppliedPrice } from '#organism/event.ts';

import { storedName } from '../stored-text.ts';
import type { Statements } from './statements.ts';

/** Names and prices never change, so they may stay; at the bound they start over. */
const MAX_CACHED_ENTRIES = 100_000;

export type NamedTable = 'organisms' | 'sources' | 'agents' | 'threads' | 'names';

/** From our small keys to what they stand for, and back. */
export interface Lookups {
  /** Null for 0. */
  nameOf(table: NamedTable, id: number): string | null;
  priceOf(id: number): AppliedPrice | null;
  /** All of them when none is asked for. */
  organismIds(organismId: string | undefined): number[];
  /** Null when the store has never seen the text. */
  textId(text: string): number | null;
  /** How many threads an organism has. */
  countThreads(organismId: number): number;
  /** At most one per organism. */
  idsOf(table: 'agents' | 'threads', organismIds: readonly number[], name: string): number[];
}

export function createLookups(statements: Statements): Lookups {
  const names = new Map<string, string>();
  const prices = new Map<number, AppliedPrice>();
  const threadCounts = new Map<number, ThreadCount>();

  return {
    nameOf(table, id) {
      if (id === 0) return null;
      const key = `${table}.${id}`;
      const known = names.get(key);
      if (known !== undefined) return known;
      const column = table === 'names' ? 'text' : 'name';
      const sql = `SELECT ${column} AS name FROM ${table} WHERE id = ?`;
      const name = statements.get<{ name: string }>(sql, [id])?.name;
      if (name === undefined) return null;
      keep(names, key, name);
      return name;
    },
    priceOf(id) {
      const known = prices.get(id);
      if (known !== undefined) return known;
      const row = statements.get<PriceRow>(PRICE_SQL, [id]);
      if (row === undefined) return null;
      const { source, version, provider, model, cacheWrite1hNanos, ...unitNanos } = row;
      const hour = cacheWrite1hNanos === null ? {} : { cacheWrite1hNanos };
      const price = { source, version, provider, model, unitNanos, ...hour };
      keep(prices, id, price);
      return price;
    },
    organismIds(organismId) {
      const rows =
        organismId === undefined
          ? statements.all<{ id: number }>('SELECT id FROM organisms')
          : statements.all<{ id: number }>('SELECT id FROM organisms WHERE name = ?', [
              storedName(organismId),
            ]);
      return rows.map((row) => row.id);
    },
    textId(text) {
      const sql = 'SELECT id FROM names WHERE text = ?';
      return statements.get<{ id: number }>(sql, [storedName(text)])?.id ?? null;
    },
    countThreads(organismId) {
      const count = countOn(statements, organismId, threadCounts.get(organismId));
      keep(threadCounts, organismId, count);
      return count.threads;
    },
    idsOf(table, organismIds, name) {
      const sql = `SELECT id FROM ${table} WHERE organism_id = ? AND name = ?`;
      return organismIds.flatMap((organismId) =>
        statements.all<{ id: number }>(sql, [organismId, storedName(name)]).map((row) => row.id),
      );
    },
  };
}

interface ThreadCount {
  readonly threads: number;
  /** The largest small key counted. */
  readonly lastId: number;
}

/** Threads never go and their keys only grow: after the first time only new ones are looked at. */
function countOn(
  statements: Statements,
  organismId: number,
  known: ThreadCount | undefined,
): ThreadCount {
  const rows = statements.rows(
    known === undefined
      ? `SELECT count(*), (SELECT coalesce(max(id), 0) FROM threads) FROM threads WHERE organism_id = ?`
      : `SELECT total(organism_id = ?), coalesce(max(id), 0) FROM threads WHERE id > ?`,
    known === undefined ? [organismId] : [organismId, known.lastId],
  );
  const [threads = 0, lastId = 0] = rows[0] ?? [];
  return {
    threads: threads + (known?.threads ?? 0),
    lastId: Math.max(lastId, known?.lastId ?? 0),
  };
}

function keep<K, V>(cache: Map<K, V>, key: K, value: V): void {
  if (cache.size >= MAX_CACHED_ENTRIES) cache.clear();
  cache.set(key, value);
}

const PRICE_SQL = `SELECT source, version, provider, model, input_fresh AS inputFresh,
  cache_read AS cacheRead, cache_write AS cacheWrite, output_visible AS outputVisible, reasoning,
  cache_write_1h AS cacheWrite1hNanos FROM prices WHERE id = ?`;
type PriceRow = Omit<AppliedPrice, 'unitNanos' | 'cacheWrite1hNanos'> &
  AppliedPrice['unitNanos'] & { readonly cacheWrite1hNanos: number | null };
