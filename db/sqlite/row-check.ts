import { crc32 } from 'node:zlib';

/** What a row's check value covers; `toEvent` makes the event of the same. */
export interface CheckedRow {
  readonly seq: number;
  readonly sourceId: number;
  readonly organismId: number;
  readonly type: number;
  readonly key: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly body: string;
  readonly catalogueId: number;
  /** The ledger's columns in the order of LEDGER_COLUMNS; null unless the event is a model call. */
  readonly ledger: readonly (number | null)[] | null;
}

/** The ledger's columns in the order they are written and checked. */
export const LEDGER_COLUMNS = [
  'organism_id',
  'thread_id',
  'agent_id',
  'model_id',
  'provider_id',
  'org_id',
  'user_id',
  'occurred_at',
  'input_fresh',
  'cache_read',
  'cache_write',
  'output_visible',
  'reasoning',
  'latency_ms',
  'reported_cost_nanos',
  'cost_nanos',
  'price_id',
  'covered_cost_nanos',
] as const;

const OWN_NUMBERS = 7;
/** No column that may be null is ever below 0. */
const NO_NUMBER = -1;
const numbers = new Float64Array(OWN_NUMBERS + LEDGER_COLUMNS.length);
const bytes = new Uint8Array(numbers.buffer);
const ownBytes = bytes.subarray(0, OWN_NUMBERS * Float64Array.BYTES_PER_ELEMENT);
/** Rows from before there was a last column have the check value of those that have nothing in it. */
const bytesBeforeLast = bytes.subarray(0, -Float64Array.BYTES_PER_ELEMENT);

/**
 * CRC-32 over all that a journal row and its ledger row say: SQLite itself does not notice a bit
 * that flips inside a value. Numbers are taken as the doubles that JavaScript reads back.
 */
export function checkRow(row: CheckedRow): number {
  const { ledger } = row;
  numbers[0] = row.seq;
  numbers[1] = row.sourceId;
  numbers[2] = row.organismId;
  numbers[3] = row.type;
  // Adding 0 makes -0 the 0 that SQLite gives back.
  numbers[4] = row.occurredAt + 0;
  numbers[5] = row.receivedAt + 0;
  numbers[6] = row.catalogueId;
  if (ledger !== null) {
    for (let i = 0; i < LEDGER_COLUMNS.length; i += 1) {
      numbers[OWN_NUMBERS + i] = (ledger[i] ?? NO_NUMBER) + 0;
    }
  }
  return crc32(`${row.key}\n${row.body}`, crc32(coveredBytes(ledger)));
}

function coveredBytes(ledger: CheckedRow['ledger']): Uint8Array {
  if (ledger === null) return ownBytes;
  return (ledger[LEDGER_COLUMNS.length - 1] ?? null) === null ? bytesBeforeLast : bytes;
}
