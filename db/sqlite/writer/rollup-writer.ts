import type { Connection } from '../connection.ts';
import type { Grain, KeyDimension } from '../rollup-grains.ts';
import { DIMENSION_COLUMNS, GRAINS, QUARTER_MS, SUM_COLUMNS, bucketOf } from '../rollup-grains.ts';

/** One ledger row as the rollups see it; `sums` in the order of SUM_COLUMNS. */
interface RollupEntry {
  readonly organismId: number;
  readonly occurredAt: number;
  readonly ids: Readonly<Record<KeyDimension, number>>;
  readonly sums: readonly number[];
}

/** Adds ledger rows up in memory, then touches each rollup row once. */
export interface RollupWriter {
  add(entry: RollupEntry): void;
  /** Cells in memory, about: each is a rollup row or several. */
  size(): number;
  settle(): void;
  reset(): void;
}

interface Cell extends Place {
  readonly sums: number[];
  /** Another cell whose place has the same hash. */
  next: Cell | null;
}

interface Place {
  readonly organismId: number;
  readonly bucket: number;
  readonly org: number;
  readonly agent: number;
  readonly model: number;
  readonly provider: number;
  readonly thread: number;
}
type Cells = Map<number, Cell>;

/** The grain that has every dimension of a cell: it needs no further summing. */
const FINEST_TABLE = 'usage_quarter';

export function createRollupWriter(db: Connection): RollupWriter {
  const grains = GRAINS.map((grain) => ({
    grain,
    upsert: prepareUpsert(db, grain),
    clear: prepareClear(db, grain),
  }));
  const threads: Cells = new Map();
  // Coarser grains are summed from these, which are far fewer than the rows.
  const quarters: Cells = new Map();

  function write({ grain, upsert, clear }: (typeof grains)[number], cells: Cells): void {
    for (const first of cells.values()) {
      for (let cell: Cell | null = first; cell !== null; cell = cell.next) {
        const { organismId, bucket, sums } = cell;
        const row = grain.bucketMs === null ? [organismId] : [organismId, bucket];
        for (const dimension of grain.dimensions) row.push(cell[dimension]);
        const keys = row.length;
        for (const sum of sums) row.push(sum);
        upsert.run(row);
        // Amended calls may leave nothing where they were.
        if ((sums[0] ?? 0) <= 0) clear.run(row.slice(0, keys));
      }
    }
  }

  return {
    add({ organismId, occurredAt, ids, sums }) {
      const { org, agent, model, provider, thread } = ids;
      const bucket = bucketOf(occurredAt, QUARTER_MS);
      addTo(quarters, { organismId, bucket, org, agent, model, provider, thread: 0 }, sums);
      addTo(threads, { organismId, bucket: 0, org, agent, model, provider, thread }, sums);
    },
    size: () => quarters.size + threads.size,
    settle() {
      for (const each of grains) {
        write(each, each.grain.bucketMs === null ? threads : coarsen(quarters, each.grain));
      }
      quarters.clear();
      threads.clear();
    },
    reset() {
      quarters.clear();
      threads.clear();
    },
  };
}

/** By a hash of numbers: a text as key would cost more than all the sums. */
function addTo(cells: Cells, place: Place, sums: readonly number[]): void {
  const hash = hashPlace(place);
  const first = cells.get(hash) ?? null;
  let cell = first;
  while (cell !== null && !isSamePlace(cell, place)) cell = cell.next;
  if (cell === null) {
    cells.set(hash, { ...place, sums: [...sums], next: first });
    return;
  }
  for (let i = 0; i < sums.length; i += 1) cell.sums[i] = (cell.sums[i] ?? 0) + (sums[i] ?? 0);
}

function hashPlace({ organismId, bucket, org, agent, model, provider, thread }: Place): number {
  let hash = Math.imul(organismId ^ bucket, PRIME);
  for (const id of [org, agent, model, provider, thread]) hash = Math.imul(hash ^ id, PRIME);
  return hash;
}
const PRIME = 0x9e3779b1;

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.thread === other.thread &&
    one.agent === other.agent &&
    one.model === other.model &&
    one.bucket === other.bucket &&
    one.org === other.org &&
    one.provider === other.provider &&
    one.organismId === other.organismId
  );
}

function coarsen(cells: Cells, grain: Grain): Cells {
  if (grain.table === FINEST_TABLE) return cells;
  const coarse: Cells = new Map();
  const quartersPerBucket = (grain.bucketMs ?? QUARTER_MS) / QUARTER_MS;
  for (const first of cells.values()) {
    for (let cell: Cell | null = first; cell !== null; cell = cell.next) {
      const place = { ...NOWHERE, organismId: cell.organismId };
      place.bucket = Math.floor(cell.bucket / quartersPerBucket);
      for (const dimension of grain.dimensions) place[dimension] = cell[dimension];
      addTo(coarse, place, cell.sums);
    }
  }
  return coarse;
}
const NOWHERE = { organismId: 0, bucket: 0, org: 0, agent: 0, model: 0, provider: 0, thread: 0 };

/** `+` turns a sum past 2^63 into a real instead of failing, so that a hostile cell stops no commit. */
function prepareUpsert(db: Connection, { table, bucketMs, dimensions }: Grain) {
  const keys = keysOf({ bucketMs, dimensions });
  const columns = [...keys, ...SUM_COLUMNS];
  return db.prepare<[readonly number[]]>(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
       ${SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`,
  );
}

function prepareClear(db: Connection, grain: Grain) {
  const isKey = keysOf(grain).map((column) => `${column} = ?`);
  return db.prepare<[readonly number[]]>(
    `DELETE FROM ${grain.table} WHERE ${isKey.join(' AND ')} AND requests = 0`,
  );
}

function keysOf({ bucketMs, dimensions }: Pick<Grain, 'bucketMs' | 'dimensions'>): string[] {
  return [
    'organism_id',
    ...(bucketMs === null ? [] : ['bucket']),
    ...dimensions.map((dimension) => DIMENSION_COLUMNS[dimension]),
  ];
}
