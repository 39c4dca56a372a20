import Database from 'better-sqlite3';

import { openWriterConnection } from '#db/sqlite/connection.ts';

import type { Spent } from './stopwatch.ts';
import { measureSpent } from './stopwatch.ts';

/** A finished store as plain rows: its schema, and what to insert in which order. */
export interface StoreRows {
  /** `CREATE TABLE` and `CREATE INDEX`, as they are in the store. */
  readonly schema: readonly string[];
  /** The rows of one event, whatever their tables, then those that many events share. */
  readonly groups: readonly (readonly Insert[])[];
}

interface Insert {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
}

export function readStoreRows(file: string): StoreRows {
  const db = new Database(file, { readonly: true });
  const entries = db
    .prepare<[], Entry>(
      `SELECT name, type, sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC`,
    )
    .all();
  const ofEvents = new Map<number, Insert[]>();
  const shared: Insert[][] = [];
  for (const { name } of entries.filter(({ type }) => type === 'table')) {
    const select = db.prepare<[], unknown[]>(`SELECT * FROM "${name}"`).raw();
    const columns = select.columns().map((column) => column.name);
    const sql = `INSERT INTO "${name}" VALUES (${columns.map(() => '?').join(', ')})`;
    const isOfEvents = columns[0] === 'seq';
    for (const values of select.iterate()) {
      const insert = { sql, values };
      if (!isOfEvents) {
        shared.push([insert]);
        continue;
      }
      const seq = Number(values[0]);
      const group = ofEvents.get(seq);
      if (group === undefined) ofEvents.set(seq, [insert]);
      else group.push(insert);
    }
  }
  db.close();
  const inOrder = [...ofEvents].sort(([a], [b]) => a - b).map(([, inserts]) => inserts);
  return { schema: entries.map(({ sql }) => sql), groups: [...inOrder, ...shared] };
}

/**
 * The least that any program on this machine needs to store these rows: prepared statements, one
 * thread, nothing read, nothing checked.
 */
export async function insertRaw(
  file: string,
  { schema, groups }: StoreRows,
  options: { synchronous: 'FULL' | 'NORMAL'; groupsPerCommit: number },
): Promise<Spent> {
  const db = openWriterConnection(file);
  db.pragma(`synchronous = ${options.synchronous}`);
  for (const sql of schema) db.exec(sql);
  const statements = new Map(
    [...new Set(groups.flat().map(({ sql }) => sql))].map((sql) => [sql, db.prepare(sql)]),
  );
  const insertAll = db.transaction((from: number) => {
    for (const { sql, values } of groups.slice(from, from + options.groupsPerCommit).flat()) {
      statements.get(sql)?.run(values);
    }
  });
  const spent = await measureSpent(() => {
    for (let from = 0; from < groups.length; from += options.groupsPerCommit) insertAll(from);
  });
  db.close();
  return spent;
}
