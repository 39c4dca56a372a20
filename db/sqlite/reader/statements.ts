import type { Connection } from '../connection.ts';

/** Distinct texts are few: they vary with the filters in use, never with their values. */
const MAX_CACHED_STATEMENTS = 500;

export type Param = string | number | null;

/** Runs SQL, keeping what was prepared. `Row` is what the SQL selects: its writer vouches for it. */
export interface Statements {
  /** Opens the database; the first query would do so too. */
  open(): void;
  close(): void;
  all<Row>(sql: string, params?: readonly Param[]): Row[];
  get<Row>(sql: string, params?: readonly Param[]): Maybe<Row>;
  /** Rows of numbers as arrays: half the price of objects where rows are many. */
  rows(sql: string, params?: readonly Param[]): readonly (readonly number[])[];
  /** Whether the search index is there to be read, as `search`. */
  hasSearch(): boolean;
  /**
   * Runs queries that belong together: all of them see the same commit, and the log of the database is
   * asked for its newest once instead of by each, which is most of what a lookup of one row takes.
   */
  atOnce<T>(run: () => T): T;
}

type Maybe<Row> = Row | undefined;

/** @param attachSearch called while it answers false: the index may be made later than the store */
export function createStatements(
  connect: () => Connection,
  attachSearch: (db: Connection) => boolean = () => false,
): Statements {
  const cache = new Map<string, ReturnType<typeof prepare>>();
  const rawCache = new Map<string, ReturnType<typeof prepare>>();
  let opened: Connection | null = null;
  let hasSearch = false;

  function connection(): Connection {
    opened ??= connect();
    return opened;
  }

  function prepare(sql: string) {
    return connection().prepare<[readonly Param[]], never>(sql);
  }

  function preparedIn(kept: typeof cache, sql: string) {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql).raw(kept === rawCache);
    if (kept.size >= MAX_CACHED_STATEMENTS) kept.clear();
    kept.set(sql, statement);
    return statement;
  }
  const prepared = (sql: string) => preparedIn(cache, sql);

  return {
    open() {
      connection();
    },
    close() {
      cache.clear();
      rawCache.clear();
      opened?.close();
    },
    all: (sql, params = []) => prepared(sql).all(params),
    get: (sql, params = []) => prepared(sql).get(params),
    rows: (sql, params = []) => preparedIn(rawCache, sql).all(params),
    hasSearch() {
      const db = connection();
      // Within a transaction SQLite attaches nothing: `atOnce` has tried before.
      if (!db.inTransaction) hasSearch ||= attachSearch(db);
      return hasSearch;
    },
    atOnce(run) {
      const db = connection();
      hasSearch ||= attachSearch(db);
      db.exec('BEGIN');
      try {
        return run();
      } finally {
        if (db.inTransaction) db.exec('COMMIT');
      }
    },
  };
}
