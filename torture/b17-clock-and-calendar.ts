import path from 'node:path';

import Database from 'better-sqlite3';

import { storeFiles } from '#db/sqlite/store-files.ts';
import type { LiveClient } from '#server/testing/live-client.ts';
import { openLiveClient } from '#server/testing/live-client.ts';

import { isAtLeast, isExactly } from './kit/bars.ts';
import type { DayAudit } from './kit/day-audit.ts';
import { auditDays, makeHardCalls } from './kit/day-audit.ts';
import { createFakeTime, FAKE_TIME_NEEDS } from './kit/fake-time.ts';
import type { Flaw } from './kit/flaws.ts';
import { startUpstreams } from './kit/lab-upstreams.ts';
import { createLedger } from './kit/ledger.ts';
import { numberOf } from './kit/numbered-events.ts';
import { pushDrafts } from './kit/push-drafts.ts';
import { SOURCE } from './kit/push.ts';
import { auditStore } from './kit/store-audit.ts';
import type { TortureContext, TortureTest } from './kit/torture-test.ts';
import { createVictim } from './kit/victim.ts';
import { until } from './kit/waits.ts';
import { startWriters } from './kit/writers.ts';

const DAY_S = 86_400;
/** Seconds ahead of the true time, one after the other, while events arrive. */
const JUMPS = [-3600, DAY_S, -3652 * DAY_S, 3652 * DAY_S, 7, -7, 0];
const ACKED_PER_JUMP = 1000;
const SHOWN_PER_JUMP = 100;
const NEWS_LIMIT_MS = 15_000;
const WRITERS = 2;
const BATCH_EVENTS = 20;
const UPSTREAM_RATE = 100;
const CALENDAR = 'calendar';

export const test: TortureTest = {
  id: 'B17',
  title: 'clock-and-calendar',
  isFast: false,
  needs: FAKE_TIME_NEEDS,
  async run(context) {
    const clock = await setClock(context);
    const days = await cutDays(context, []);
    const control = await cutDays(context, ['days-of-24-hours']);
    const { store, labs } = clock;
    return {
      load: `${JUMPS.length} times the clock set under load; ${days.days} days of 8 zones`,
      counts: {
        ...clock.answered,
        lost: store.lost + labs.lost,
        doubled: store.doubled + labs.doubled,
        moneyDeltaNanos: store.moneyDeltaNanos + days.sumDeltaNanos,
      },
      bars: [
        isAtLeast('days between the earliest and the latest receipt', clock.days, 7000),
        isAtLeast('events shown live', clock.shown, JUMPS.length * SHOWN_PER_JUMP),
        isExactly('shown or stored out of order', clock.disorder, 0),
        isExactly('browsers dropped', clock.dropped, 0),
        isExactly('outages seen where none was', clock.outages, 0),
        isExactly('restarts seen where none was', clock.restarts, 0),
        isExactly('gaps seen where none was', clock.gaps, 0),
        ...dayBars(days),
      ],
      control: {
        name: 'a day is 24 hours from its midnight',
        bar: isExactly('sums of days off the bill, n$', control.sumDeltaNanos, 0),
      },
    };
  },
};

function dayBars(days: DayAudit) {
  return [
    isExactly('days wrong', days.wrongDays, 0),
    isExactly('sums of days off the bill, n$', days.sumDeltaNanos, 0),
    isExactly('days of 23 to 25 hours right', days.rightShiftedDays, days.shiftedDays),
    isExactly('such days', days.shiftedDays, 8),
  ];
}

/** Sets the server's clock under load and looks for anyone who believed it. */
async function setClock({ defer, dir, seed, say }: TortureContext) {
  const upstreams = await startUpstreams(defer, { count: 1, rate: UPSTREAM_RATE, seed });
  const clock = createFakeTime(dir);
  const dataDir = path.join(dir, 'clock');
  const args = [...upstreams.args, '--poll-usage-ms', '500'];
  const victim = createVictim({ dataDir, args, env: clock.env, defer });
  const ledger = createLedger(dir, { name: 'clock', writers: WRITERS, defer });
  const { url } = await victim.start();
  const browser = await openLiveClient(url, 'lab-1');
  defer(() => browser.close());
  await until(NEWS_LIMIT_MS, 'the source live', () => statesOf(browser).includes('live'));
  const steady = browser.shown.length;
  const writers = startWriters({
    writers: WRITERS,
    batchEvents: BATCH_EVENTS,
    ledger,
    url: victim.url,
  });
  for (const jump of JUMPS) {
    clock.setAhead(jump);
    const acked = ledger.ackedEvents() + ACKED_PER_JUMP;
    const shown = browser.shown.length + SHOWN_PER_JUMP;
    await until(
      NEWS_LIMIT_MS,
      `news after the clock was set ${jump} s ahead`,
      () => ledger.ackedEvents() >= acked && browser.shown.length >= shown,
    );
  }
  say(`${JUMPS.length} times set, ${ledger.ackedEvents()} acknowledged`);
  await writers.stop();
  await upstreams.settle(url);
  const isDropped = !browser.isOpen;
  await victim.end('SIGTERM');
  const since = browser.shown.slice(steady);
  const received = since.map(({ receivedAt }) => receivedAt);
  const starts = browser.shown.flatMap((event) =>
    event.type === 'organism' ? [event.startedAt] : [],
  );
  return {
    answered: ledger.answered(),
    store: auditStore(dataDir, ledger.mark()),
    labs: upstreams.audit(dataDir),
    shown: since.length,
    days: (Math.max(...received) - Math.min(...received)) / (1000 * DAY_S),
    disorder: countFalls(browser.shown.map(({ seq }) => seq)) + countDisorder(dataDir),
    dropped: isDropped ? 1 : 0,
    outages: statesOf({ shown: since }).filter((state) => state !== 'live' && state !== 'stopped')
      .length,
    restarts: new Set(starts).size - 1,
    gaps: browser.shown.filter(({ type }) => type === 'gap').length,
  };
}

function statesOf({ shown }: Pick<LiveClient, 'shown'>): string[] {
  return shown.flatMap((event) => (event.type === 'source_status' ? [event.state] : []));
}

/** How often a number is no larger than the one before it. */
function countFalls(numbers: readonly number[]): number {
  return numbers.filter((number, i) => number <= (numbers[i - 1] ?? -1)).length;
}

/** Each writer's events in the order of the journal: it sent them in the order of their numbers. */
function countDisorder(dataDir: string): number {
  const db = new Database(storeFiles(dataDir).database, { readonly: true });
  try {
    const numbers = db
      .prepare<[string], string>(
        `SELECT journal.key FROM journal JOIN sources ON sources.id = journal.source_id
         WHERE sources.name = ? ORDER BY seq`,
      )
      .pluck()
      .all(SOURCE)
      .flatMap((key) => numberOf(key) ?? []);
    const byWriter = Array.from({ length: WRITERS }, (_, writer) =>
      numbers.filter((number) => number.writer === writer).map(({ n }) => n),
    );
    return byWriter.reduce((sum, ofWriter) => sum + countFalls(ofWriter), 0);
  } finally {
    db.close();
  }
}

/** Sends calls at hard instants and compares every day of every zone. */
async function cutDays({ defer, dir }: TortureContext, flaws: readonly Flaw[]): Promise<DayAudit> {
  const dataDir = path.join(dir, `days-${flaws.join('-') || 'sound'}`);
  const victim = createVictim({ dataDir, flaws, defer });
  const { url } = await victim.start();
  const calls = makeHardCalls(Date.now());
  const { accepted } = await pushDrafts(url, CALENDAR, calls);
  if (accepted !== calls.length) throw new Error(`only ${accepted} calls were taken`);
  const audit = await auditDays(url, CALENDAR, calls);
  await victim.end('SIGTERM');
  return audit;
}
