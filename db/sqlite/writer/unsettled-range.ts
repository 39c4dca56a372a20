import type { Connection } from '../connection.ts';

/** Positions, both included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Which events of the journal are not yet in the projections: written with every commit that leaves
 * its own out of them, gone with the one that settles them. A store without it has them all.
 */
export interface UnsettledRange {
  read(): Range | null;
  save(range: Range): void;
  clear(): void;
}

const KEY = 'unsettled';

export function createUnsettledRange(db: Connection): UnsettledRange {
  const find = db.prepare<[], string>(`SELECT value FROM meta WHERE key = '${KEY}'`).pluck();
  const upsert = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('${KEY}', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const remove = db.prepare(`DELETE FROM meta WHERE key = '${KEY}'`);
  return {
    read() {
      const [first, last] = (find.get() ?? '').split('-').map(Number);
      return first === undefined || last === undefined ? null : { first, last };
    },
    save: ({ first, last }) => void upsert.run(`${first}-${last}`),
    clear: () => void remove.run(),
  };
}
