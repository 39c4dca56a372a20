import type { Connection } from '../connection.ts';

/** Rows kept in memory between flushes; at the bound all are let go, as all are on the disk. */
const MAX_CACHED_ROWS = 20_000;

/**
 * Rows that many events change: read once, changed in memory, written once per flush. A new row is
 * stored at once, blank: its id may be referred to before its first flush. After a rollback `reset`
 * forgets everything, because ids given out since may be void.
 */
export interface RowBook<Row, Key extends readonly (string | number)[]> {
  /** The row to change, a blank one when it is new; it is written at the next flush. */
  get(...key: Key): Row;
  /** The id of a row that does not change, a blank one when it is new. */
  idOf(...key: Key): number;
  flush(): void;
  reset(): void;
}

export interface RowBookOptions<Row, Key extends readonly (string | number)[]> {
  readonly table: string;
  /** What a row is found by; these columns never change. */
  readonly key: readonly string[];
  readonly blank: (id: number, ...key: Key) => Row;
}

export function createRowBook<Row extends { id: number }, Key extends readonly (string | number)[]>(
  db: Connection,
  { table, key: keyColumns, blank }: RowBookOptions<Row, Key>,
): RowBook<Row, Key> {
  const columns = describeColumns(db, table);
  const find = db.prepare<[...Key], Row>(
    `SELECT ${columns.map(({ name, field }) => `${name} AS ${field}`).join(', ')}
     FROM ${table} WHERE ${keyColumns.map((name) => `${name} = ?`).join(' AND ')}`,
  );
  const insert = db.prepare<[readonly unknown[]]>(
    `INSERT INTO ${table} (${columns.map(({ name }) => name).join(', ')})
     VALUES (${columns.map(() => '?').join(', ')})`,
  );
  // SQLite writes an index anew for every column of it that is set, changed or not.
  const changing = columns.filter(({ name }) => name !== 'id' && !keyColumns.includes(name));
  const update = db.prepare<[readonly unknown[]]>(
    `UPDATE ${table} SET ${changing.map(({ name }) => `${name} = ?`).join(', ')} WHERE id = ?`,
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
    const row = blank(nextId, ...key);
    insert.run(columns.map(({ field }) => valueOf(row, field)));
    nextId += 1;
    return row;
  }

  function look(key: Key): Row {
    const cacheKey = key.join(':');
    let row = known.get(cacheKey);
    if (row === undefined) {
      row = fetch(key);
      known.set(cacheKey, row);
    }
    return row;
  }

  return {
    get(...key) {
      const row = look(key);
      touched.add(row);
      return row;
    },
    idOf: (...key) => look(key).id,
    flush() {
      for (const row of touched) {
        const values = changing.map(({ field }) => valueOf(row, field));
        values.push(row.id);
        update.run(values);
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

function valueOf(row: object, field: string): unknown {
  return Reflect.get(row, field);
}

/** The database names its own columns: loading Drizzle for that would double the time to start. */
function describeColumns(db: Connection, table: string) {
  const rows = db
    .prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)')
    .all(table);
  return rows.map(({ name }) => ({
    name,
    field: name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  }));
}
