import type { Connection } from '../connection.ts';

/** Rows kept in memory between commits; at the bound all are let go, as all are on the disk. */
const MAX_CACHED_ROWS = 20_000;

/**
 * Rows that many events change: read once, changed in memory, written once per commit. After a
 * rollback `reset` forgets everything, because ids given out since may be void.
 */
export interface RowBook<Row, Key extends readonly (string | number)[]> {
  /** The row to change, a blank one when it is new; it is written at the next flush. */
  get(...key: Key): Row;
  flush(): void;
  reset(): void;
}

export interface RowBookOptions<Row, Key extends readonly (string | number)[]> {
  readonly table: string;
  /** Finds a row by its key, for example `organism_id = ? AND name = ?`. */
  readonly where: string;
  readonly blank: (id: number, ...key: Key) => Row;
}

export function createRowBook<Row extends { id: number }, Key extends readonly (string | number)[]>(
  db: Connection,
  { table, where, blank }: RowBookOptions<Row, Key>,
): RowBook<Row, Key> {
  const { fields, columns } = describeColumns(db, table);
  const find = db.prepare<[...Key], Row>(
    `SELECT ${fields.map((field, i) => `${columns[i]} AS ${field}`).join(', ')}
     FROM ${table} WHERE ${where}`,
  );
  const changed = columns.filter((column) => column !== 'id');
  const upsert = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT (id) DO UPDATE SET
       ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}`,
  );
  const lastId = db.prepare<[], { id: number }>(`SELECT coalesce(max(id), 0) AS id FROM ${table}`);
  const known = new Map<string, Row>();
  const touched = new Set<Row>();
  let nextId = newId();

  function newId(): number {
    return (lastId.get()?.id ?? 0) + 1;
  }

  function fetch(key: Key): Row {
    const stored = find.get(...key);
    if (stored !== undefined) return stored;
    nextId += 1;
    return blank(nextId - 1, ...key);
  }

  return {
    get(...key) {
      const cacheKey = key.join(':');
      let row = known.get(cacheKey);
      if (row === undefined) {
        row = fetch(key);
        known.set(cacheKey, row);
      }
      touched.add(row);
      return row;
    },
    flush() {
      for (const row of touched) {
        const values: Readonly<Record<string, unknown>> = { ...row };
        upsert.run(fields.map((field) => values[field]));
      }
      touched.clear();
      if (known.size > MAX_CACHED_ROWS) known.clear();
    },
    reset() {
      known.clear();
      touched.clear();
      nextId = newId();
    },
  };
}

/** The database names its own columns: loading Drizzle for that would double the time to start. */
function describeColumns(db: Connection, table: string) {
  const rows = db
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
    .all(table);
  const columns = rows.map((row) => row.name);
  const fields = columns.map((column) =>
    column.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  );
  return { columns, fields };
}
