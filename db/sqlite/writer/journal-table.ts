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
  /** Another body and ledger row for a position that is flushed; what was damaged stays so. */
  rewrite(seq: number, next: Pick<CheckedRow, 'body' | 'ledger'>): void;
  flush(): void;
  reset(): void;
}

type StoredRow = Omit<CheckedRow, 'seq' | 'body' | 'ledger'> & { readonly rowCheck: number | null };

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
  const read = db.prepare<[number], StoredRow>(
    `SELECT source_id AS sourceId, organism_id AS organismId, type, key, occurred_at AS occurredAt,
       received_at AS receivedAt, catalogue_id AS catalogueId, row_check AS rowCheck
     FROM journal WHERE seq = ?`,
  );
  const update = db.prepare<[string, number | null, number]>(
    'UPDATE journal SET body = ?, row_check = ? WHERE seq = ?',
  );
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
    rewrite(seq, next) {
      const row = read.get(seq);
      if (row === undefined) return;
      // A row without a check value from the start gets none now: it would vouch for what nobody knows.
      const check = row.rowCheck === null ? null : checkRow({ seq, ...row, ...next });
      update.run(next.body, check, seq);
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
