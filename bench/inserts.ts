import path from 'node:path';

import { storeFiles } from '#db/sqlite/store-files.ts';
import type { EventDraft } from '#organism/event.ts';

import { makeTempDir, withCleanup } from './cleanup.ts';
import type { Section } from './figures.ts';
import { median } from './figures.ts';
import { openIngest, ORGANISM } from './ingest-kit.ts';
import { createLabDrafts } from './lab-drafts.ts';
import { insertRaw, readStoreRows } from './raw-inserts.ts';

const RAW_BATCH_EVENTS = 1000;
/** One commit each: enough to see what an fsync costs. */
const SINGLE_COMMITS = 500;

interface Round {
  readonly ours: number;
  readonly prepareOnly: number;
  readonly rawFull: number;
  readonly rawNormal: number;
  readonly rawSingle: number;
  readonly rowsPerEvent: number;
}

/** Part 2: drafts → ingest → SQLite beside inserts of the same rows by bare better-sqlite3. */
export async function benchInserts(rounds: number, events: number): Promise<Section> {
  const drafts = createLabDrafts(events);
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) results.push(await playRound(drafts));
  const of = (read: (round: Round) => number): number[] => results.map(read);
  const rawFull = {
    name: 'raw, FULL',
    value: median(of((round) => round.rawFull)),
  };
  const figure = (name: string, read: (round: Round) => number) => ({
    name,
    unit: 'events/s',
    rounds: of(read),
    control: rawFull,
  });
  return {
    title: '2. Inserts: the ingest path beside raw better-sqlite3 with the same rows',
    figures: [
      figure('ours: validate, redact, price, journal, fold', (round) => round.ours),
      figure('of it validate, redact and price alone', (round) => round.prepareOnly),
      { ...figure('raw, synchronous=FULL', (round) => round.rawFull), control: undefined },
      figure('raw, synchronous=NORMAL', (round) => round.rawNormal),
      figure('raw, FULL, one commit per event', (round) => round.rawSingle),
    ],
    notes: [
      `${events.toLocaleString('en-US')} events of the lab’s mix, ${median(of((round) => round.rowsPerEvent)).toFixed(2)} rows per event; ours in deliveries of 1,000, raw in commits of as many.`,
      'Raw inserts the final rows once: it looks nothing up, refuses no duplicate and updates no sum.',
    ],
  };
}

function playRound(drafts: readonly EventDraft[]): Promise<Round> {
  return withCleanup(async (defer) => {
    const dir = makeTempDir(defer);
    const dataDir = path.join(dir, 'ours');
    const kit = await openIngest(dataDir);
    const perSecond = (elapsedMs: number, events = drafts.length): number =>
      (events / elapsedMs) * 1000;

    const startedAt = performance.now();
    await kit.deliver(drafts);
    const oursMs = performance.now() - startedAt;
    const preparedAt = performance.now();
    for (const draft of drafts) kit.preparation.prepare(draft, ORGANISM, preparedAt);
    const prepareMs = performance.now() - preparedAt;
    await kit.close();

    const rows = readStoreRows(storeFiles(dataDir).database);
    const full = { synchronous: 'FULL', groupsPerCommit: RAW_BATCH_EVENTS } as const;
    const single = { synchronous: 'FULL', groupsPerCommit: 1 } as const;
    const first = { ...rows, groups: rows.groups.slice(0, SINGLE_COMMITS) };
    const rowsPerEvent = rows.groups.flat().length / drafts.length;
    return {
      ours: perSecond(oursMs),
      prepareOnly: perSecond(prepareMs),
      rawFull: perSecond(insertRaw(path.join(dir, 'full.db'), rows, full)),
      rawNormal: perSecond(
        insertRaw(path.join(dir, 'normal.db'), rows, { ...full, synchronous: 'NORMAL' }),
      ),
      rawSingle: perSecond(insertRaw(path.join(dir, 'single.db'), first, single), SINGLE_COMMITS),
      rowsPerEvent,
    };
  });
}
