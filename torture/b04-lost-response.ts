import path from 'node:path';

import { isAtLeast, isExactly } from './kit/bars.ts';
import { createFaultProxy } from './kit/fault-proxy.ts';
import type { Flaw } from './kit/flaws.ts';
import { createLedger } from './kit/ledger.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const BATCHES = 2000;
const CONTROL_BATCHES = 100;
const WRITERS = 4;
const BATCH_EVENTS = 10;
const LOST_SHARE = 0.3;
const LOAD_LIMIT_MS = 90_000;

export const test: TortureTest = {
  id: 'B04',
  title: 'lost-response',
  isFast: true,
  needs: [],
  async run(context) {
    const { store, answered, swallowed, writers } = await play(context, BATCHES, []);
    const control = await play(context, CONTROL_BATCHES, ['no-dedupe']);
    const retried = writers.retriedBatches * BATCH_EVENTS;
    const { lost, doubled, moneyDeltaNanos } = store;
    return {
      load: `${BATCHES} batches, ${LOST_SHARE * 100} % of the answers lost after the commit`,
      counts: { ...answered, lost, doubled, moneyDeltaNanos },
      bars: [
        isAtLeast('answers lost', swallowed, 0.8 * LOST_SHARE * BATCHES),
        isExactly('acknowledged and lost', lost, 0),
        isExactly('doubled', doubled, 0),
        isExactly('sent again, not told to be duplicates', retried - answered.duplicate, 0),
        isExactly(
          'sent again, not counted as duplicates',
          swallowed * BATCH_EVENTS - store.counters.duplicate,
          0,
        ),
        isExactly('counter of accepted events off', store.counters.accepted - store.stored, 0),
        isExactly('refused', Object.keys(writers.refused).length, 0),
      ],
      control: {
        name: 'the same key twice is two events',
        bar: isExactly('doubled', control.store.doubled, 0),
      },
    };
  },
};

async function play(
  { defer, dir, random }: TortureContext,
  batches: number,
  flaws: readonly Flaw[],
) {
  const name = flaws.join('-') || 'sound';
  const victim = createVictim({ dataDir: path.join(dir, name), flaws, defer });
  await victim.start();
  const proxy = createFaultProxy({ target: victim.url, random });
  defer(() => proxy.stop());
  const { url } = await proxy.start();
  proxy.setFault({ kind: 'swallow-response', chance: LOST_SHARE });
  const ledger = createLedger(dir, { name, writers: WRITERS, defer });
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: () => Promise.resolve(url),
  });
  const enough = batches * BATCH_EVENTS;
  await until(LOAD_LIMIT_MS, `${enough} acknowledged`, () => ledger.ackedEvents() >= enough);
  await writers.stop();
  await victim.end('SIGTERM');
  return {
    store: auditStore(victim.dataDir, ledger.mark()),
    answered: ledger.answered(),
    swallowed: proxy.counts().swallowed,
    writers: writers.counts(),
  };
}
