import type { Connection } from '../connection.ts';
import { storedName } from '../stored-text.ts';

export interface SnapshotRow {
  readonly organismId: string;
  readonly seq: number;
  /** The snapshot as JSON. */
  readonly body: string;
}

/** One snapshot per organism; an older one never replaces a newer. */
export function createSnapshotShelf(db: Connection): { save(snapshot: SnapshotRow): void } {
  const upsert = db.prepare(
    `INSERT INTO snapshots (organism_id, seq, body) VALUES (?, ?, ?)
     ON CONFLICT (organism_id) DO UPDATE SET seq = excluded.seq, body = excluded.body
       WHERE excluded.seq >= seq`,
  );
  return {
    save({ organismId, seq, body }) {
      upsert.run([storedName(organismId), seq, body]);
    },
  };
}
