import type { Statement } from 'better-sqlite3';

import type { Connection } from '../connection.ts';

/** Distinct texts are few: they vary with the filters in use, never with their values. */
const MAX_CACHED_STATEMENTS = 500;

export type Param = string | number | null;

/** Runs SQL, keeping what was prepared. `Row` is what the SQL selects: its writer vouches for it. */
export interface Statements {
  all<Row>(sql: string, params?: readonly Param[]): Row[];
  get<Row>(sql: string, params?: readonly Param[]): Maybe<Row>;
}

type Maybe<Row> = Row | undefined;

export function createStatements(db: Connection): Statements {
  const cache = new Map<string, { all(params: readonly Param[]): never[] }>();

  function prepared(sql: string): { all(params: readonly Param[]): never[] } {
    let statement = cache.get(sql);
    if (statement === undefined) {
      const made: Statement<[readonly Param[]], never> = db.prepare<[readonly Param[]], never>(sql);
      statement = made;
      if (cache.size >= MAX_CACHED_STATEMENTS) cache.clear();
      cache.set(sql, statement);
    }
    return statement;
  }

  return {
    all: (sql, params = []) => prepared(sql).all(params),
    get: (sql, params = []) => prepared(sql).all(params)[0],
  };
}
