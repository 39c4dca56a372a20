import type { UsageDimension } from '#db/store.ts';

import type { Connection } from '../connection.ts';
import type { Grain } from '../rollup-grains.ts';
import { DIMENSION_COLUMNS, GRAINS, QUARTER_MS, SUM_COLUMNS, bucketOf } from '../rollup-grains.ts';

/** One ledger row as the rollups see it; `sums` in the order of SUM_COLUMNS. */
interface RollupEntry {
  readonly organismId: number;
  readonly occurredAt: number;
  readonly ids: Readonly<Record<UsageDimension, number>>;
  readonly sums: readonly number[];
}

/** Adds a commit's ledger rows up in memory, then touches each rollup row once. */
export interface RollupWriter {
  add(entry: RollupEntry): void;
  flush(): void;
  reset(): void;
}

interface Cell {
  readonly organismId: number;
  readonly bucket: number;
  readonly ids: Readonly<Record<UsageDimension, number>>;
  readonly sums: number[];
}
type Cells = Map<string, Cell>;

/** The grain that has every dimension of a cell: it needs no further summing. */
const FINEST_TABLE = 'usage_quarter';

export function createRollupWriter(db: Connection): RollupWriter {
  const grains = GRAINS.map((grain) => ({ grain, upsert: prepareUpsert(db, grain) }));
  const threads: Cells = new Map();
  // Coarser grains are summed from these, which are far fewer than the rows.
  const quarters: Cells = new Map();

  return {
    add({ organismId, occurredAt, ids, sums }) {
      const bucket = bucketOf(occurredAt, QUARTER_MS);
      const { org, agent, model, provider, thread } = ids;
      const shared = `${organismId}.${org}.${agent}.${model}.${provider}`;
      addTo(quarters, `${shared}.${bucket}`, { organismId, bucket, ids, sums });
      addTo(threads, `${shared}.${thread}`, { organismId, bucket: 0, ids, sums });
    },
    flush() {
      for (const { grain, upsert } of grains) {
        const cells = grain.bucketMs === null ? threads : coarsen(quarters, grain);
        for (const cell of cells.values()) {
          const dimensions = grain.dimensions.map((dimension) => cell.ids[dimension]);
          const bucket = grain.bucketMs === null ? [] : [cell.bucket];
          upsert.run([cell.organismId, ...bucket, ...dimensions, ...cell.sums]);
        }
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

function addTo(
  cells: Cells,
  key: string,
  entry: Omit<Cell, 'sums'> & { readonly sums: readonly number[] },
): void {
  const cell = cells.get(key);
  if (cell === undefined) {
    cells.set(key, { ...entry, sums: [...entry.sums] });
    return;
  }
  for (let i = 0; i < cell.sums.length; i += 1) {
    cell.sums[i] = (cell.sums[i] ?? 0) + (entry.sums[i] ?? 0);
  }
}

function coarsen(cells: Cells, grain: Grain): Cells {
  if (grain.table === FINEST_TABLE) return cells;
  const coarse: Cells = new Map();
  const quartersPerBucket = (grain.bucketMs ?? QUARTER_MS) / QUARTER_MS;
  for (const cell of cells.values()) {
    const bucket = Math.floor(cell.bucket / quartersPerBucket);
    const dimensions = grain.dimensions.map((dimension) => cell.ids[dimension]);
    addTo(coarse, `${cell.organismId}.${bucket}.${dimensions.join('.')}`, { ...cell, bucket });
  }
  return coarse;
}

/** `+` turns a sum past 2^63 into a real instead of failing, so that a hostile cell stops no commit. */
function prepareUpsert(db: Connection, { table, bucketMs, dimensions }: Grain) {
  const keys = [
    'organism_id',
    ...(bucketMs === null ? [] : ['bucket']),
    ...dimensions.map((dimension) => DIMENSION_COLUMNS[dimension]),
  ];
  const columns = [...keys, ...SUM_COLUMNS];
  return db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
       ${SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')}`,
  );
}
