import type { Connection } from '../connection.ts';
import type { CheckedRow } from '../row-check.ts';
import { checkRow } from '../row-check.ts';
import { createRowInserter } from './row-inserter.ts';

/** The journal's rows and the positions they get. Which keys are new is for the key book to say. */
export interface JournalTable {
  /** Gives out the next position; the row that takes it must follow. */
  nextSeq(): number;
  /** The newest position given out. */
  lastSeq(): number;
  add(row: CheckedRow & { readonly keyHash: number }): void;
  flush(): void;
  reset(): void;
}

export function createJournalTable(db: Connection): JournalTable {
  const rows = createRowInserter(db, 'journal', [
    'seq',
    'source_id',
    'organism_id',
    'type',
    'key',
    'occurred_at',
    'received_at',
    'body',
    'key_hash',
    'row_check',
    'catalogue_id',
  ]);
  const saveLastSeq = db.prepare<[string]>(
    `INSERT INTO meta (key, value) VALUES ('last_seq', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  let lastSeq = readLastSeq(db);
  let savedSeq = lastSeq;

  return {
    nextSeq() {
      lastSeq += 1;
      return lastSeq;
    },
    lastSeq: () => lastSeq,
    add(row) {
      rows.add([
        row.seq,
        row.sourceId,
        row.organismId,
        row.type,
        row.key,
        row.occurredAt,
        row.receivedAt,
        row.body,
        row.keyHash,
        checkRow(row),
        row.catalogueId,
      ]);
    },
    flush() {
      rows.flush();
      if (lastSeq !== savedSeq) saveLastSeq.run(String(lastSeq));
      savedSeq = lastSeq;
    },
    reset() {
      rows.reset();
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
