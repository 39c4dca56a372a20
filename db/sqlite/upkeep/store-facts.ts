import type { Connection } from '../connection.ts';
import { readLastSeq } from '../writer/journal-table.ts';

/** What must be the same in a store and in its copy. */
export interface StoreFacts {
  readonly epoch: string;
  readonly lastSeq: number;
  /** How many migrations it has had. */
  readonly schemaVersion: number;
  readonly rows: Readonly<Record<string, number>>;
}

/** Counts every table: a second or so for each ten million rows. */
export function readFacts(db: Connection): StoreFacts {
  const epoch = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
  const rows = Object.fromEntries(tableNames(db).map((table) => [table, countRows(db, table)]));
  return {
    epoch: epoch.get()?.value ?? '',
    lastSeq: readLastSeq(db),
    schemaVersion: rows['__drizzle_migrations'] ?? 0,
    rows,
  };
}

/** Null when they agree, else the first difference in words. */
export function differenceOf(expected: StoreFacts, found: StoreFacts): string | null {
  for (const name of ['epoch', 'lastSeq', 'schemaVersion'] as const) {
    if (expected[name] !== found[name]) {
      return `${name} is ${found[name]}; expected ${expected[name]}`;
    }
  }
  const tables = new Set([...Object.keys(expected.rows), ...Object.keys(found.rows)]);
  for (const table of tables) {
    const [wanted, has] = [expected.rows[table] ?? 0, found.rows[table] ?? 0];
    if (wanted !== has) return `table ${table} has ${has} rows; expected ${wanted}`;
  }
  return null;
}

/** Without the tables behind a full-text index, which only that index can read. */
function tableNames(db: Connection): string[] {
  return db
    .prepare<[], { name: string }>(
      `SELECT name FROM pragma_table_list
       WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
       ORDER BY name`,
    )
    .all()
    .map((row) => row.name);
}

function countRows(db: Connection, table: string): number {
  const row = db.prepare<[], { rows: number }>(`SELECT count(*) AS rows FROM "${table}"`).get();
  return row?.rows ?? 0;
}
