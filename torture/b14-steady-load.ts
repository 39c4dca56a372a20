import path from 'node:path';

import type { DashboardsReport } from '../bench/dashboards/dashboards-messages.ts';
import { startDashboards } from '../bench/dashboards/dashboards.ts';
import { dashboardPaths } from '../bench/dashboards/questions.ts';
import { readServerMetrics } from '../bench/server-metrics.ts';
import { steadyNow } from '../bench/swarm/steady-now.ts';
import type { Published } from '../bench/swarm/swarm-messages.ts';
import { startSwarm } from '../bench/swarm/swarm.ts';
import type { BigStore } from '../bench/ten-million.ts';
import { BIG_ORGANISM, copyBigStore, ensureBigStore } from '../bench/ten-million.ts';
import { holds, isAtLeast, isAtMost, isExactly } from './kit/bars.ts';
import type { Flaw } from './kit/flaws.ts';
import { readJournal } from './kit/journal-rows.ts';
import type { Ledger } from './kit/ledger.ts';
import { createLedger } from './kit/ledger.ts';
import { numberOf } from './kit/numbered-events.ts';
import { percentile } from './kit/percentile.ts';
import { ORGANISM } from './kit/push.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { delay } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const STORE = { rows: 500_000, messages: 50_000 };
/** 20 writers of 10 events each tenth of a second: 2,000 events a second. */
const WRITERS = 20;
const BATCH_EVENTS = 10;
const INTERVAL_MS = 100;
const RATE = (WRITERS * BATCH_EVENTS * 1000) / INTERVAL_MS;
const SECONDS = 30;
const CONTROL_SECONDS = 6;
/** Before the clock starts: browsers have their snapshots, and every statement has been prepared. */
const WARM_UP_MS = 4000;
const BROWSERS = 100;
const DASHBOARDS = 10;
const PAUSE_MS = 500;
/** What ten dashboards may do to everybody else, at the 99.9th percentile. */
const LOOP_DELAY_MS = 50;
const ARRIVE_LIMIT_MS = 5000;
const LOOP_DELAY = 'organoscope_event_loop_delay_seconds{quantile="0.999"}';

/** An ordinary busy day, all of it at once on one machine: nobody waits for anybody. */
export const test: TortureTest = {
  id: 'B14',
  title: 'steady-load',
  isFast: false,
  needs: [],
  async run(context) {
    const big = ensureBigStore(STORE, { root: context.dir, log: () => undefined });
    context.say(`${STORE.rows.toLocaleString('en-US')} calls stored`);
    const found = await play(context, big, { seconds: SECONDS, flaws: [] });
    const control = await play(context, big, {
      seconds: CONTROL_SECONDS,
      flaws: ['query-on-loop'],
    });
    const { store, answered, dashboards } = found;
    const { lost, doubled, moneyDeltaNanos } = store;
    return {
      load: `${RATE.toLocaleString('en-US')} events/s for ${SECONDS} s, ${BROWSERS} browsers, ${DASHBOARDS} dashboards over ${STORE.rows.toLocaleString('en-US')} calls`,
      counts: { ...answered, lost, doubled, moneyDeltaNanos },
      bars: [
        isAtLeast('acknowledged events', found.acked, 0.95 * RATE * SECONDS),
        isExactly('refused or not answered', found.notAcked, 0),
        isExactly('acknowledged and lost', lost, 0),
        isAtMost('POST to answer p99, ms', found.ackP99Ms, 100),
        isAtLeast('browsers: deliveries', found.deliveries, found.acked * BROWSERS),
        isExactly('browsers: lost or out of order', found.lostByBrowsers, 0),
        holds('browsers: all got to the end', found.areThere, String(found.areThere)),
        isAtMost('browsers: POST to receipt p99, ms', found.browserP99Ms, 250),
        isAtMost('delay of the event loop p99.9, ms', found.loopDelayMs, LOOP_DELAY_MS),
        isAtLeast('dashboards: answers', dashboards.answers, 10 * SECONDS),
        isAtMost('dashboards: answer p95, ms', dashboards.p95Ms, 300),
        isExactly('dashboards: not answered', dashboards.failures.length, 0),
      ],
      control: {
        name: 'a query over the calls on the event loop, twice a second',
        bar: isAtMost('delay of the event loop p99.9, ms', control.loopDelayMs, LOOP_DELAY_MS),
      },
    };
  },
};

async function play(
  { dir, defer }: TortureContext,
  big: BigStore,
  { seconds, flaws }: { seconds: number; flaws: readonly Flaw[] },
) {
  const name = flaws.join('-') || 'sound';
  const { dataDir } = copyBigStore(big, path.join(dir, name));
  const victim = createVictim({ dataDir, flaws, defer });
  const { url } = await victim.start();
  const book = createTimedLedger(createLedger(dir, { name, writers: WRITERS, defer }));
  const swarm = await startSwarm();
  defer(swarm.stop);
  const crowd = await startDashboards();
  defer(crowd.stop);
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    intervalMs: INTERVAL_MS,
    ledger: book.ledger,
    url: victim.url,
  });
  defer(() => writers.stop());
  await crowd.ask({
    do: 'start',
    url,
    count: DASHBOARDS,
    paths: [BIG_ORGANISM, ORGANISM].flatMap((organism) => dashboardPaths(big, organism)),
    pauseMs: PAUSE_MS,
  });
  await swarm.open(url, BROWSERS, [{ organism: ORGANISM }]);
  await delay(WARM_UP_MS);

  await swarm.forget();
  await crowd.ask({ do: 'report' });
  // Reading them starts the quantiles anew.
  await readServerMetrics(url);
  const earlier = { events: book.ledger.ackedEvents(), answers: writers.ackMs.length };
  await delay(seconds * 1000);
  const metrics = await readServerMetrics(url);
  const dashboards: DashboardsReport = await crowd.ask({ do: 'report' });
  const acked = book.ledger.ackedEvents() - earlier.events;
  const ackMs = writers.ackMs.slice(earlier.answers);
  await writers.stop();
  await crowd.stop();

  const published = book.published(dataDir);
  const lastSeq = published.firstSeq + published.times.length - 1;
  const areThere = await swarm.reach(lastSeq, ARRIVE_LIMIT_MS);
  const delivery = await swarm.report(published);
  await victim.end('SIGTERM');
  const { unanswered, refused } = writers.counts();
  return {
    acked,
    notAcked: unanswered + Object.values(refused).reduce((sum, count) => sum + count, 0),
    ackP99Ms: percentile(ackMs, 0.99),
    browserP99Ms: delivery.p99Ms,
    deliveries: delivery.events,
    lostByBrowsers: BROWSERS - delivery.open + delivery.broken + delivery.resets,
    areThere,
    loopDelayMs: metrics.get(LOOP_DELAY) * 1000,
    dashboards,
    answered: book.ledger.answered(),
    store: auditStore(dataDir, book.ledger.mark()),
  };
}

/** A ledger that also remembers when each batch left, for what came of it elsewhere. */
function createTimedLedger(ledger: Ledger) {
  const sentAt = new Map<string, number>();
  const nameOf = (writer: number, from: number): string => `${writer}:${from}`;
  return {
    ledger: {
      ...ledger,
      sent(writer: number, from: number, count: number) {
        const batch = nameOf(writer, from);
        if (!sentAt.has(batch)) sentAt.set(batch, steadyNow());
        ledger.sent(writer, from, count);
      },
    },
    /** When what the store holds of these events left, by position. */
    published(dataDir: string): Published {
      const rows = readJournal(dataDir, ORGANISM);
      const firstSeq = rows[0]?.seq ?? 0;
      const times: number[] = [];
      for (const { seq, key } of rows) {
        const { writer, n } = numberOf(key) ?? { writer: 0, n: 0 };
        const batch = nameOf(writer, n - (n % BATCH_EVENTS));
        times[seq - firstSeq] = sentAt.get(batch) ?? Number.NaN;
      }
      return { firstSeq, times };
    },
  };
}
