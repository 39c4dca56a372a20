import Database from 'better-sqlite3';

type Rewrite = readonly [from: RegExp, to: string];
type AnyMethod = (this: Database.Database, ...args: readonly unknown[]) => unknown;
type Runnable = Pick<Database.Statement<[]>, 'run'>;

/** Changes statements on their way to SQLite, in this thread and in every later connection. */
export function rewriteSql(rewrites: readonly Rewrite[]): void {
  for (const name of ['prepare', 'exec', 'pragma'] as const) {
    wrap(name, (original) => {
      return function (sql, ...rest) {
        const changed = rewrites.reduce((text, [from, to]) => text.replace(from, to), String(sql));
        return original.call(this, changed, ...rest);
      };
    });
  }
}

/** Puts something else in the place of prepared statements that only run. */
export function wrapPrepare(
  change: (db: Database.Database, sql: string, statement: Runnable) => unknown,
): void {
  wrap('prepare', (original) => {
    return function (sql, ...rest) {
      return change(this, String(sql), original.call(this, sql, ...rest) as Runnable);
    };
  });
}

function wrap(name: string, make: (original: AnyMethod) => AnyMethod): void {
  const { prototype } = Database;
  const original = Reflect.get(prototype, name) as AnyMethod;
  Object.assign(prototype, { [name]: make(original) });
}
