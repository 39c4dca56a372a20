import path from 'node:path';

import { isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { startUpstreams } from './kit/lab-upstreams.ts';
import { createLedger } from './kit/ledger.ts';
import { percentile } from './kit/percentile.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay, until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const KILLS = 50;
const CONTROL_KILLS = 4;
const WRITERS = 8;
const BATCH_EVENTS = 50;
const UPSTREAMS = 2;
const UPSTREAM_RATE = 60;
const ENOUGH_ACKED = 100_000;
const ACKED_PER_LIFE = { min: 1500, max: 3000 };
/** So that a kill meets every moment of a commit. */
const MAX_EXTRA_MS = 30;
const LIFE_LIMIT_MS = 30_000;

export const test: TortureTest = {
  id: 'B01',
  title: 'kill-loop',
  isFast: false,
  needs: [],
  async run(context) {
    const found = await play(context, { kills: KILLS, acked: ENOUGH_ACKED, flaws: [] });
    const control = await play(context, {
      kills: CONTROL_KILLS,
      acked: 0,
      flaws: ['no-dedupe'],
    });
    const { store, labs, readyMs, answered } = found;
    return {
      load: `${KILLS} kills -9 under ${WRITERS} writers and ${UPSTREAMS} upstreams`,
      counts: {
        ...answered,
        lost: store.lost + labs.lost,
        doubled: store.doubled + labs.doubled,
        moneyDeltaNanos: store.moneyDeltaNanos,
      },
      bars: [
        isAtLeast('acknowledged events', found.acked, ENOUGH_ACKED),
        isExactly('acknowledged and lost', store.lost, 0),
        isExactly('doubled', store.doubled, 0),
        isExactly('stored but never sent', store.phantom + labs.phantom, 0),
        isExactly('money off, nano-dollars', store.moneyDeltaNanos, 0),
        isExactly('counter of accepted events off', store.counters.accepted - store.stored, 0),
        isAtLeast('messages and calls of the upstreams', labs.said, 1),
        isExactly('of them lost', labs.lost, 0),
        isExactly('of them doubled', labs.doubled, 0),
        isExactly('of their tokens off', labs.tokensDelta, 0),
        isAtMost('restart to ready p95, ms', percentile(readyMs, 0.95), 3000),
      ],
      control: {
        name: 'the same key twice is two events',
        bar: isExactly('doubled', control.store.doubled, 0),
      },
    };
  },
};

async function play(
  { defer, dir, random, seed, say }: TortureContext,
  plan: { kills: number; acked: number; flaws: readonly Flaw[] },
) {
  const name = plan.flaws.join('-') || 'sound';
  const upstreams = await startUpstreams(defer, { count: UPSTREAMS, rate: UPSTREAM_RATE, seed });
  const dataDir = path.join(dir, name);
  const args = [...upstreams.args, '--poll-usage-ms', '500'];
  const victim = createVictim({ dataDir, args, flaws: plan.flaws, defer });
  const ledger = createLedger(dir, { name, writers: WRITERS, defer });
  await victim.start();
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: victim.url,
  });
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    const enough = ledger.ackedEvents() + random.int(ACKED_PER_LIFE.min, ACKED_PER_LIFE.max);
    await until(LIFE_LIMIT_MS, `${enough} acknowledged`, () => ledger.ackedEvents() >= enough);
    await delay(random.int(0, MAX_EXTRA_MS));
    await victim.end('SIGKILL');
    await victim.start();
    if (kill % 10 === 0) say(`${kill} kills, ${ledger.ackedEvents()} acknowledged`);
  }
  await until(
    LIFE_LIMIT_MS,
    `${plan.acked} acknowledged`,
    () => ledger.ackedEvents() >= plan.acked,
  );
  await writers.stop();
  await upstreams.settle(await victim.url());
  await victim.end('SIGTERM');
  return {
    acked: ledger.ackedEvents(),
    answered: ledger.answered(),
    store: auditStore(dataDir, ledger.mark()),
    labs: upstreams.audit(dataDir),
    readyMs: victim.readyMs,
  };
}
