import type { Connection } from '../connection.ts';

interface JournalRow {
  readonly sourceId: number;
  readonly organismId: number;
  readonly type: number;
  readonly key: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly body: string;
  readonly digest: number;
  readonly catalogueId: number;
}

/** The journal itself: gives out positions, one for each key of a source, for ever. */
export interface JournalTable {
  /** The row's position, or null when its source has used the key before. */
  add(row: JournalRow): number | null;
  find(sourceId: number, key: string): { seq: number; digest: number } | undefined;
  flush(): void;
  reset(): void;
}

export function createJournalTable(db: Connection): JournalTable {
  const insert = db.prepare(
    `INSERT INTO journal (seq, source_id, organism_id, type, key, occurred_at, received_at,
       body, digest, catalogue_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source_id, key) DO NOTHING`,
  );
  const find = db.prepare<[number, string], { seq: number; digest: number }>(
    'SELECT seq, digest FROM journal WHERE source_id = ? AND key = ?',
  );
  const saveLastSeq = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('last_seq', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  let lastSeq = readLastSeq(db);
  let savedSeq = lastSeq;

  return {
    add(row) {
      const { changes } = insert.run(
        lastSeq + 1,
        row.sourceId,
        row.organismId,
        row.type,
        row.key,
        row.occurredAt,
        row.receivedAt,
        row.body,
        row.digest,
        row.catalogueId,
      );
      if (changes === 0) return null;
      lastSeq += 1;
      return lastSeq;
    },
    find: (sourceId, key) => find.get(sourceId, key),
    flush() {
      if (lastSeq !== savedSeq) saveLastSeq.run(String(lastSeq));
      savedSeq = lastSeq;
    },
    reset() {
      lastSeq = readLastSeq(db);
      savedSeq = lastSeq;
    },
  };
}

/** Kept beside the journal, so that a position is not reused when its newest rows are deleted. */
export function readLastSeq(db: Connection): number {
  const row = db
    .prepare<[], { seq: number }>(
      `SELECT max(coalesce((SELECT max(seq) FROM journal), 0),
         coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_seq'), 0)) AS seq`,
    )
    .get();
  return row?.seq ?? 0;
}
