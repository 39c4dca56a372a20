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
}

type Maybe<Row> = Row | undefined;

export function createStatements(connect: () => Connection): Statements {
  const cache = new Map<string, ReturnType<typeof prepare>>();
  let opened: Connection | null = null;

  function connection(): Connection {
    opened ??= connect();
    return opened;
  }

  function prepare(sql: string) {
    return connection().prepare<[readonly Param[]], never>(sql);
  }

  function prepared(sql: string) {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql);
    if (cache.size >= MAX_CACHED_STATEMENTS) cache.clear();
    cache.set(sql, statement);
    return statement;
  }

  return {
    open() {
      connection();
    },
    close() {
      cache.clear();
      opened?.close();
    },
    all: (sql, params = []) => prepared(sql).all(params),
    get: (sql, params = []) => prepared(sql).get(params),
  };
}
