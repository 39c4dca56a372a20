import path from 'node:path';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';

import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { createLedger } from './kit/ledger.ts';
import { createLoopGaps } from './kit/loop-gaps.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const LOCKS = 5;
const LOCK_MS = 3000;
const BETWEEN_MS = 500;
/** 500 events a second, and nobody sends his next batch during the lock that holds up his last. */
const WRITERS = 320;
const BATCH_EVENTS = 5;
const INTERVAL_MS = 3200;
/** 70,000 events at once where the server holds 50,000. */
const BURST = { writers: 70, batchEvents: 1000 };
const MAX_GAP_MS = 250;

export const test: TortureTest = {
  id: 'B06',
  title: 'busy-writer',
  isFast: true,
  needs: [],
  async run(context) {
    const found = await play(context, { locks: LOCKS, flaws: [] });
    const control = await play(context, { locks: 1, flaws: ['writer-on-loop'] });
    const { store, answered, steady, burst } = found;
    const { lost, doubled, moneyDeltaNanos } = store;
    const refused = { ...steady.refused, ...burst.refused };
    const others = Object.keys(refused).filter((status) => status !== '503');
    const waited = found.ackMs.filter((ms) => ms > LOCK_MS / 10).length;
    return {
      load: `another process holds the database ${LOCKS} times for ${LOCK_MS / 1000} s at 500 events/s`,
      counts: { ...answered, lost, doubled, moneyDeltaNanos },
      bars: [
        isAtMost('longest silence of the event loop, ms', found.gapMs, MAX_GAP_MS),
        isAtMost('the same while 70,000 events come at once, ms', found.burstGapMs, MAX_GAP_MS),
        isAtLeast('answers that waited for the lock', waited, (LOCKS * WRITERS) / 2),
        isExactly('acknowledged and lost', lost, 0),
        isExactly('doubled', doubled, 0),
        isExactly('requests without an answer', steady.unanswered + burst.unanswered, 0),
        isExactly('refused at 500 events/s', found.refusedBeforeBurst, 0),
        isAtLeast('refused with 503 beyond the bound', burst.refused[503] ?? 0, 1),
        isExactly('of them without Retry-After', burst.refusedWithoutTime, 0),
        isExactly('refused with another status', others.length, 0),
      ],
      control: {
        name: 'a write on the event loop, with the 5 s that SQLite waits by default',
        bar: isAtMost('longest silence of the event loop, ms', control.gapMs, MAX_GAP_MS),
      },
    };
  },
};

async function play(
  { dir, defer }: TortureContext,
  { locks, flaws }: { locks: number; flaws: readonly Flaw[] },
) {
  const name = flaws.join('-') || 'sound';
  const gaps = createLoopGaps(dir, name);
  const dataDir = path.join(dir, name);
  const { env, preload } = gaps;
  const victim = createVictim({ dataDir, flaws, env, probes: [preload], defer });
  const ledger = createLedger(dir, { name, writers: WRITERS + BURST.writers, defer });
  await victim.start();
  const startedAt = Date.now();
  const common = { ledger, url: victim.url };
  const steady = startWriters({
    ...common,
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    intervalMs: INTERVAL_MS,
  });
  for (let lock = 1; lock < locks; lock += 1) {
    await holdDatabase(dataDir);
    await delay(BETWEEN_MS);
  }
  const burstAt = Date.now();
  const refusedBeforeBurst = Object.keys(steady.counts().refused).length;
  const [burst] = await Promise.all([sendBurst(), holdDatabase(dataDir)]);

  async function sendBurst() {
    const writers = startWriters({ ...common, ...BURST, firstWriter: WRITERS, batches: 1 });
    await writers.done;
    return writers.counts();
  }

  await steady.stop();
  const endedAt = Date.now();
  await victim.end('SIGTERM');
  return {
    gapMs: gaps.longest(startedAt, locks > 1 ? burstAt : endedAt),
    burstGapMs: gaps.longest(burstAt, endedAt),
    ackMs: steady.ackMs,
    refusedBeforeBurst,
    steady: steady.counts(),
    burst,
    answered: ledger.answered(),
    store: auditStore(dataDir, ledger.mark()),
  };
}

/** As a careless backup or a shell of another program does it. */
async function holdDatabase(dataDir: string): Promise<void> {
  const db = new Database(storeFiles(dataDir).database);
  db.exec('BEGIN IMMEDIATE');
  db.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('foreign', 'was here')");
  await delay(LOCK_MS);
  db.exec('COMMIT');
  db.close();
}
