import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';
import type { EventDraft } from '#organism/event.ts';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { openIngest, ORGANISM } from '../ingest-kit.ts';
import { createLabDrafts } from '../lab-drafts.ts';
import { insertRaw, readStoreRows } from '../raw-inserts.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import type { Spent } from '../stopwatch.ts';
import { measureSpent } from '../stopwatch.ts';

const RAW_BATCH_EVENTS = 1000;
/** One commit each: enough to see what an fsync costs. */
const SINGLE_COMMITS = 500;

interface Round {
  readonly ours: Spent;
  readonly prepareOnly: Spent;
  readonly rawFull: Spent;
  readonly rawNormal: Spent;
  readonly rawSingle: Spent;
  readonly rowsPerEvent: number;
}

/** Drafts → ingest → SQLite beside inserts of the same rows by bare better-sqlite3. */
export const section: BenchSection = {
  title: 'Inserts: the ingest path beside raw better-sqlite3 with the same rows',
  minutes: 2,
  measure,
};

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const events = pick({ full: 40_000, quick: 5000 });
  const drafts = createLabDrafts(events);
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await playRound(drafts));

  const ratesOf = (part: Part, count = events): number[] =>
    results.map((round) => (count / round[part].elapsedMs) * 1000);
  const cpuOf = (part: Part): number[] =>
    results.map((round) => (round[part].cpuMs * 1000) / events);
  const raw = { name: 'raw, FULL', value: median(ratesOf('rawFull')) };
  const rawCpu = { name: 'raw, FULL', value: median(cpuOf('rawFull')) };
  const rate = { unit: 'events/s', control: raw };
  const cpu = { unit: 'µs', control: rawCpu };
  const rowsPerEvent = median(results.map((round) => round.rowsPerEvent)).toFixed(2);
  return {
    figures: [
      { name: 'ours: validate, redact, price, journal, fold', ...rate, rounds: ratesOf('ours') },
      { name: 'validate, redact and price alone', ...rate, rounds: ratesOf('prepareOnly') },
      { name: 'raw, synchronous=FULL', unit: rate.unit, rounds: ratesOf('rawFull') },
      { name: 'raw, synchronous=NORMAL', ...rate, rounds: ratesOf('rawNormal') },
      {
        name: 'raw, FULL, one commit per event',
        ...rate,
        rounds: ratesOf('rawSingle', SINGLE_COMMITS),
      },
      { name: 'ours: processor time per event', ...cpu, rounds: cpuOf('ours') },
      { name: 'of it validate, redact and price', ...cpu, rounds: cpuOf('prepareOnly') },
    ],
    notes: [
      `${events.toLocaleString('en-US')} events of the lab’s mix, ${rowsPerEvent} rows each; ours in deliveries of 1,000, raw in commits of as many.`,
      'Raw inserts the final rows once: it looks nothing up, refuses no duplicate and updates no sum.',
    ],
  };
}

type Part = Exclude<keyof Round, 'rowsPerEvent'>;

function playRound(drafts: readonly EventDraft[]): Promise<Round> {
  return withCleanup(async (defer) => {
    const dir = makeTempDir(defer);
    const dataDir = path.join(dir, 'ours');
    const kit = await openIngest(dataDir);
    const ours = await measureSpent(() => kit.deliver(drafts));
    const prepareOnly = await measureSpent(() => {
      for (const draft of drafts) kit.preparation.prepare(draft, ORGANISM, Date.now());
    });
    await kit.close();

    const rows = readStoreRows(storeFiles(dataDir).database);
    const first = { ...rows, groups: rows.groups.slice(0, SINGLE_COMMITS) };
    const full = { synchronous: 'FULL', groupsPerCommit: RAW_BATCH_EVENTS } as const;
    const normal = { ...full, synchronous: 'NORMAL' } as const;
    const single = { ...full, groupsPerCommit: 1 } as const;
    return {
      ours,
      prepareOnly,
      rawFull: await insertRaw(path.join(dir, 'full.db'), rows, full),
      rawNormal: await insertRaw(path.join(dir, 'normal.db'), rows, normal),
      rawSingle: await insertRaw(path.join(dir, 'single.db'), first, single),
      rowsPerEvent: rows.groups.flat().length / drafts.length,
    };
  });
}
