import type { Connection } from '../connection.ts';

export interface SpaceUse {
  readonly name: string;
  readonly kind: 'table' | 'index';
  readonly bytes: number;
}

/** Tables and indexes by what they take on the disk, largest first; reads every page's header. */
export function measureSpace(db: Connection): SpaceUse[] {
  return db
    .prepare<[], SpaceUse>(
      `SELECT d.name, CASE s.type WHEN 'index' THEN 'index' ELSE 'table' END AS kind,
         sum(d.pgsize) AS bytes
       FROM dbstat d LEFT JOIN sqlite_schema s ON s.name = d.name
       WHERE d.aggregate = TRUE GROUP BY d.name ORDER BY bytes DESC`,
    )
    .all();
}
