import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';

export interface JournalRow {
  readonly seq: number;
  readonly key: string;
  /** The source's clock, in epoch milliseconds. */
  readonly occurredAt: number;
}

/** What an organism's journal holds, in order, past all code of the product. */
export function readJournal(dataDir: string, organism: string): JournalRow[] {
  const db = new Database(storeFiles(dataDir).database, { readonly: true });
  try {
    return db
      .prepare<[string], JournalRow>(
        `SELECT seq, key, occurred_at AS occurredAt FROM journal
         WHERE organism_id = (SELECT id FROM organisms WHERE name = ?) ORDER BY seq`,
      )
      .all(organism);
  } finally {
    db.close();
  }
}
