import Database from 'better-sqlite3';

type Rewrite = readonly [from: RegExp, to: string];

/** Changes statements on their way to SQLite, in this thread and in every later connection. */
export function rewriteSql(rewrites: readonly Rewrite[]): void {
  const { prototype } = Database;
  for (const method of ['prepare', 'exec', 'pragma'] as const) {
    const original = prototype[method] as (sql: string, ...rest: unknown[]) => unknown;
    const rewritten = function (this: unknown, sql: string, ...rest: unknown[]): unknown {
      const changed = rewrites.reduce((text, [from, to]) => text.replace(from, to), sql);
      return original.call(this, changed, ...rest);
    };
    Object.assign(prototype, { [method]: rewritten });
  }
}
