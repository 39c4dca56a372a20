import type { PruneRequest, PruneResult, PrunedKind } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import { EVENT_CODES } from '../event-codes.ts';
import { NO_BODY, emptyPayload } from '../pruned-body.ts';
import { readPrunedMark, writePrunedMark } from '../pruned-marks.ts';
import { createStatements } from '../reader/statements.ts';
import { checkRow } from '../row-check.ts';
import { verifyRows } from '../verify-rows.ts';

/** Lets go of what is old. Keys stay for ever: they are what makes a resend harmless. */
export interface Pruner {
  /** One slice; runs inside a transaction that the caller begins and ends. */
  prune(request: PruneRequest): PruneResult;
}

interface Row {
  readonly seq: number;
  readonly sourceId: number;
  readonly organismId: number;
  readonly type: number;
  readonly key: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly body: string;
  readonly catalogueId: number;
  readonly rowCheck: number | null;
}

/** What pruning a kind does to a row: the types it concerns, what is left of the body, and what goes. */
interface Rule {
  readonly types: readonly number[];
  readonly bodyOf: (row: Row) => string;
  readonly projection: string | null;
}

const RULES: Readonly<Record<PrunedKind, Rule>> = {
  payloads: {
    types: [EVENT_CODES.message, EVENT_CODES.raw],
    bodyOf: ({ type, body }) => (type === EVENT_CODES.raw ? NO_BODY : emptyPayload(body)),
    projection: null,
  },
  messages: { types: [EVENT_CODES.message], bodyOf: () => NO_BODY, projection: 'messages' },
  errors: { types: [EVENT_CODES.error], bodyOf: () => NO_BODY, projection: 'errors' },
  usage: {
    types: [EVENT_CODES.usage, EVENT_CODES.usage_amended],
    bodyOf: () => NO_BODY,
    projection: 'usage',
  },
};

const ROWS_SQL = `SELECT seq, source_id AS sourceId, organism_id AS organismId, type, key,
    occurred_at AS occurredAt, received_at AS receivedAt, body, catalogue_id AS catalogueId,
    row_check AS rowCheck
  FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`;
/**
 * What a start would have to replay must still be there: positions after the oldest picture. That of
 * an organism that has moved no further holds nothing back, however old it is.
 */
const OLDEST_PICTURE_SQL = `SELECT coalesce(
    (SELECT min(coalesce(s.seq, 0)) FROM organisms o
      LEFT JOIN snapshots s ON s.organism_id = o.name WHERE o.last_seq > coalesce(s.seq, 0)),
    (SELECT max(seq) FROM journal), 0) AS seq`;

export function createPruner(db: Connection): Pruner {
  const statements = createStatements(() => db);
  const update = db.prepare<[string, number | null, number]>(
    'UPDATE journal SET body = ?, row_check = ? WHERE seq = ?',
  );

  function empty(row: Row, rule: Rule): boolean {
    const body = rule.bodyOf(row);
    if (body === row.body || row.body === NO_BODY) return false;
    // A row without a check value from the start gets none now: it would vouch for what nobody knows.
    const check = row.rowCheck === null ? null : checkRow({ ...row, body, ledger: null });
    update.run(body, check, row.seq);
    if (rule.projection !== null) {
      db.prepare<[number]>(`DELETE FROM ${rule.projection} WHERE seq = ?`).run(row.seq);
    }
    return true;
  }

  return {
    prune({ kind, receivedBefore, limit }) {
      const mark = readPrunedMark(statements, kind);
      const rule = RULES[kind];
      const picture = statements.get<{ seq: number }>(OLDEST_PICTURE_SQL)?.seq ?? 0;
      // Positions have no holes: a slice ends where whoever asked for it expects it to.
      const to = Math.min(picture, mark.position + limit);
      const read = statements.all<Row>(ROWS_SQL, [mark.position, to, limit]);
      const young = read.findIndex((row) => row.receivedAt >= receivedBefore);
      const rows = young < 0 ? read : read.slice(0, young);
      const last = rows.at(-1);
      if (last === undefined) return { ...mark, isDone: true };
      // What is damaged stays as it is: emptied, nobody could tell any more.
      const range = { since: mark.position, limit: rows.length };
      const damaged = new Set(verifyRows(statements, range).damaged);
      const due = rows.filter((row) => rule.types.includes(row.type) && !damaged.has(row.seq));
      const pruned = due.filter((row) => empty(row, rule)).length;
      const next = {
        kind,
        position: last.seq,
        pruned: mark.pruned + pruned,
        receivedBefore: last.receivedAt,
      };
      writePrunedMark(db, next);
      return { ...next, isDone: rows.length < limit };
    },
  };
}
