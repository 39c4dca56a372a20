import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';

import type { Answer, LedgerMark } from './ledger.ts';
import { costNanosOf, numberOf } from './numbered-events.ts';
import { ORGANISM, SOURCE } from './push.ts';

/** What a store has of what a ledger says it must have. */
export interface StoreAudit {
  readonly stored: number;
  /** Acknowledged, not stored. */
  readonly lost: number;
  /** Rows beyond the first of a number. */
  readonly doubled: number;
  /** Stored, never sent. */
  readonly phantom: number;
  /** How far the bill is from what the stored events cost, and every rollup from the bill. */
  readonly moneyDeltaNanos: number;
  /** The source's own counters. */
  readonly counters: Answer;
  /** `ok`, or what SQLite found. */
  readonly integrity: string;
}

/** Reads the files of a store that nobody has open, past all code of the product. */
export function auditStore(dataDir: string, mark: LedgerMark): StoreAudit {
  const db = new Database(storeFiles(dataDir).database, { readonly: true });
  try {
    const rows = db
      .prepare<[string], { key: string }>(
        `SELECT journal.key FROM journal JOIN sources ON sources.id = journal.source_id
         WHERE sources.name = ?`,
      )
      .iterate(SOURCE);
    const found = countNumbers(rows, mark);
    const bill = sum(
      db,
      `SELECT sum(coalesce(cost_nanos, reported_cost_nanos, 0)) AS sum FROM usage
       WHERE organism_id = (SELECT id FROM organisms WHERE name = ?)`,
      ORGANISM,
    );
    const counters = db
      .prepare<[string], Answer>('SELECT accepted, duplicate, rejected FROM sources WHERE name = ?')
      .get(SOURCE);
    const { expectedCost, ...counted } = found;
    return {
      ...counted,
      moneyDeltaNanos: Math.abs(bill - expectedCost) + rollupDelta(db, bill),
      counters: counters ?? { accepted: 0, duplicate: 0, rejected: 0 },
      integrity: String(db.pragma('integrity_check(1)', { simple: true })),
    };
  } finally {
    db.close();
  }
}

function countNumbers(rows: Iterable<{ key: string }>, { sent, acked }: LedgerMark) {
  const numbers = sent.map(() => new Set<number>());
  let stored = 0;
  let phantom = 0;
  let expectedCost = 0;
  for (const { key } of rows) {
    stored += 1;
    const number = numberOf(key);
    const known = number === null ? undefined : numbers[number.writer];
    if (number === null || known === undefined || number.n >= (sent[number.writer] ?? 0)) {
      phantom += 1;
    } else if (!known.has(number.n)) {
      known.add(number.n);
      expectedCost += costNanosOf(number);
    }
  }
  const distinct = numbers.reduce((total, known) => total + known.size, 0);
  const lost = numbers.reduce((total, known, writer) => {
    const promised = Array.from({ length: acked[writer] ?? 0 }, (_, n) => n);
    return total + promised.filter((n) => !known.has(n)).length;
  }, 0);
  return { stored, lost, doubled: stored - phantom - distinct, phantom, expectedCost };
}

function rollupDelta(db: Database.Database, bill: number): number {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'usage!_%' ESCAPE '!'",
    )
    .pluck()
    .all();
  return tables.reduce((total, table) => {
    const costs = `SELECT sum(cost_nanos) AS sum FROM ${table}
      WHERE organism_id = (SELECT id FROM organisms WHERE name = ?)`;
    return total + Math.abs(sum(db, costs, ORGANISM) - bill);
  }, 0);
}

function sum(db: Database.Database, sql: string, name: string): number {
  return db.prepare<[string], { sum: number | null }>(sql).get(name)?.sum ?? 0;
}
