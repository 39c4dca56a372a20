import type { Connection } from './connection.ts';
import { hashKey } from './key-hash.ts';
import { checkRow } from './row-check.ts';

/**
 * What SQL must be able to compute as the writer does: `key_hash(seed, source_id, key)`, and
 * `row_check` of a journal row's columns followed by those of its ledger row in the order of
 * LEDGER_COLUMNS, all null when there is none.
 */
export function addSqlFunctions(db: Connection): void {
  const options = { deterministic: true } as const;
  db.function('key_hash', options, (seed, sourceId, key) =>
    hashKey(Number(seed), Number(sourceId), String(key)),
  );
  db.function('row_check', { ...options, varargs: true }, (...values: unknown[]) => {
    const [seq, sourceId, organismId, type, key, occurredAt, receivedAt, body, catalogueId] =
      values;
    const ledger = values.slice(ROW_COLUMNS);
    return checkRow({
      seq: Number(seq),
      sourceId: Number(sourceId),
      organismId: Number(organismId),
      type: Number(type),
      key: String(key),
      occurredAt: Number(occurredAt),
      receivedAt: Number(receivedAt),
      body: String(body),
      catalogueId: Number(catalogueId),
      ledger: ledger[0] === null ? null : ledger.map(numberOrNull),
    });
  });
}

/** Columns of the journal that come before the ledger's. */
const ROW_COLUMNS = 9;

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
