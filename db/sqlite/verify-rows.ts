import { EVENT_CODES } from './event-codes.ts';
import { hashKey, readKeySeed } from './key-hash.ts';
import { NO_BODY } from './pruned-body.ts';
import type { Statements } from './reader/statements.ts';
import { LEDGER_COLUMNS, checkRow } from './row-check.ts';

/** What a stretch of the journal looks like beside the check values written with it. */
export interface RowsVerified {
  readonly checked: number;
  /** Rows without a check value: nothing can be said of them. */
  readonly unchecked: number;
  /** Positions whose row, ledger row or place in the key index is not what was written. */
  readonly damaged: readonly number[];
  /** Where to go on; null at the end. */
  readonly next: number | null;
}

/**
 * Compares rows with their check values, at most `limit` of them after the position `since`: chunks,
 * so that whoever asks decides how much else may run in between.
 * @throws SqliteError SQLITE_CORRUPT when a page cannot be read at all
 */
export function verifyRows(
  statements: Statements,
  { since, limit }: { since: number; limit: number },
): RowsVerified {
  const seed = readKeySeed((sql) => statements.get<{ seed: number }>(sql)?.seed);
  // Before the rows: it only grows.
  const keysSeq = statements.get<{ seq: number }>(KEYS_SEQ_SQL)?.seq ?? 0;
  const rows = statements.all<Row>(ROWS_SQL, [since, limit]);
  const damaged: number[] = [];
  let unchecked = 0;
  for (const row of rows) {
    if (row.rowCheck === null) unchecked += 1;
    else if (!isWhole(row, seed) || !isFound(row, keysSeq)) damaged.push(row.seq);
  }
  const next = rows.length < limit ? null : (rows.at(-1)?.seq ?? null);
  return { checked: rows.length - unchecked, unchecked, damaged, next };
}

type LedgerColumn = (typeof LEDGER_COLUMNS)[number];
/** A damaged row may hold anything in place of what its column is for. */
type Row = {
  readonly seq: number;
  readonly sourceId: number;
  readonly organismId: number;
  readonly type: number;
  readonly key: unknown;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly body: unknown;
  readonly catalogueId: number;
  readonly keyHash: number;
  readonly rowCheck: number | null;
  readonly isIndexed: number | null;
  readonly ledgerSeq: number | null;
} & Readonly<Record<LedgerColumn, number | null>>;

const ROWS_SQL = `SELECT j.seq, j.source_id AS sourceId, j.organism_id AS organismId, j.type, j.key,
    j.occurred_at AS occurredAt, j.received_at AS receivedAt, j.body,
    j.catalogue_id AS catalogueId, j.key_hash AS keyHash, j.row_check AS rowCheck,
    (SELECT 1 FROM journal_keys k WHERE k.hash = j.key_hash AND k.seq = j.seq) AS isIndexed,
    u.seq AS ledgerSeq, ${LEDGER_COLUMNS.map((column) => `u.${column}`).join(', ')}
  FROM journal j LEFT JOIN usage u ON u.seq = j.seq WHERE j.seq > ? ORDER BY j.seq LIMIT ?`;

const KEYS_SEQ_SQL = "SELECT CAST(value AS INTEGER) AS seq FROM meta WHERE key = 'keys_seq'";

/** The newest keys are in the writer's memory, which reads them from the journal when it starts. */
function isFound(row: Row, keysSeq: number): boolean {
  return row.seq > keysSeq || row.isIndexed === 1;
}

function isWhole(row: Row, seed: number): boolean {
  const hasLedger = row.ledgerSeq !== null;
  const isCall = row.type === EVENT_CODES.usage && row.body !== NO_BODY;
  if (hasLedger !== isCall) return false;
  const ledger = hasLedger ? LEDGER_COLUMNS.map((column) => row[column]) : null;
  const [key, body] = [String(row.key), String(row.body)];
  return (
    row.keyHash === hashKey(seed, row.sourceId, key) &&
    row.rowCheck === checkRow({ ...row, key, body, ledger })
  );
}
