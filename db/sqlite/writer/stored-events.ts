import { StoreError } from '#db/store.ts';
import type { JournalEvent } from '#organism/event.ts';

import type { Connection } from '../connection.ts';
import { NO_BODY } from '../pruned-body.ts';
import type { EventRow } from '../reader/event-rows.ts';
import { EVENT_COLUMNS, USAGE_JOIN, toEvent, toNewestEvent } from '../reader/event-rows.ts';
import { createLookups } from '../reader/lookups.ts';
import { createStatements } from '../reader/statements.ts';

/** Reads back what earlier transactions stored: to compare it with what came again, or to count it. */
export interface StoredEvents {
  /** As it was told. Null when it is no longer kept: then nobody can tell what it was. */
  read(seq: number): JournalEvent | null;
  /** A call with what later tellings amended. */
  readNewest(seq: number): JournalEvent | null;
  reset(): void;
}

export function createStoredEvents(db: Connection): StoredEvents {
  const statements = createStatements(() => db);
  const sql = `SELECT ${EVENT_COLUMNS} FROM journal j ${USAGE_JOIN} WHERE j.seq = ?`;
  let lookups = createLookups(statements);

  function readRow(seq: number): EventRow | null {
    const row = statements.get<EventRow>(sql, [seq]);
    if (row === undefined) throw new StoreError('corrupt', `Position ${seq} cannot be read back`);
    return row.body === NO_BODY ? null : row;
  }

  return {
    read(seq) {
      const row = readRow(seq);
      return row === null ? null : toEvent(row, lookups);
    },
    readNewest(seq) {
      const row = readRow(seq);
      return row === null ? null : toNewestEvent(row, lookups);
    },
    reset() {
      lookups = createLookups(statements);
    },
  };
}
