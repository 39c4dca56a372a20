import type { AppendBatch, Reject } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import type { sources } from '../schema/sources.ts';
import { storedName } from '../stored-text.ts';
import { latest } from './latest.ts';
import type { RowBook } from './row-book.ts';
import { createRowBook } from './row-book.ts';

export type SourceRow = typeof sources.$inferSelect;

/** Rejects kept to look at; their count goes on beyond it. */
const MAX_QUARANTINE_ROWS = 10_000;

/** What a source sent, counted: every input is accepted, a duplicate or rejected. */
export interface SourceBook {
  get(source: string): SourceRow;
  reject(source: SourceRow, reject: Reject): void;
  saveCursors(source: SourceRow, cursors: NonNullable<AppendBatch['cursors']>): void;
  countRedactions(source: SourceRow, counts: NonNullable<AppendBatch['redactions']>): void;
  flush(): void;
  reset(): void;
}

export function createSourceBook(db: Connection): SourceBook {
  const book: RowBook<SourceRow, [string]> = createRowBook(db, {
    table: 'sources',
    key: ['name'],
    blank: blankSource,
  });
  const quarantine = db.prepare(
    `INSERT INTO quarantine (source_id, reason, detail, sample, received_at)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const letGo = db.prepare<[number]>(
    'DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?',
  );
  const saveCursor = db.prepare<[number, string, string]>(
    `INSERT INTO cursors (source_id, name, value) VALUES (?, ?, ?)
     ON CONFLICT (source_id, name) DO UPDATE SET value = excluded.value`,
  );
  const countRedaction = db.prepare<[number, string, number]>(
    `INSERT INTO redactions (source_id, label, count) VALUES (?, ?, ?)
     ON CONFLICT (source_id, label) DO UPDATE SET count = count + excluded.count`,
  );
  let hasNewRejects = false;

  return {
    get: (source) => book.get(storedName(source)),
    reject(source, reject) {
      const { reason, detail, sample, receivedAt } = reject;
      const { lastInsertRowid } = quarantine.run([source.id, reason, detail, sample, receivedAt]);
      source.rejected += 1;
      source.lastReceivedAt = latest(source.lastReceivedAt, receivedAt);
      source.lastReject = JSON.stringify({ id: Number(lastInsertRowid), ...reject });
      hasNewRejects = true;
    },
    saveCursors(source, cursors) {
      for (const [name, value] of Object.entries(cursors)) saveCursor.run(source.id, name, value);
    },
    countRedactions(source, counts) {
      for (const [label, count] of Object.entries(counts)) {
        if (count > 0) countRedaction.run(source.id, label, count);
      }
    },
    flush() {
      book.flush();
      if (hasNewRejects) letGo.run(MAX_QUARANTINE_ROWS);
      hasNewRejects = false;
    },
    reset() {
      book.reset();
      hasNewRejects = false;
    },
  };
}

function blankSource(id: number, name: string): SourceRow {
  return {
    id,
    name,
    accepted: 0,
    duplicate: 0,
    rejected: 0,
    lastReceivedAt: null,
    lastReject: null,
  };
}
