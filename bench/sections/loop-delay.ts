import { setTimeout as wait } from 'node:timers/promises';

import { ensureBuild } from '#server/build.ts';

import { withCleanup } from '../cleanup.ts';
import type { DashboardsReport } from '../dashboards/dashboards-messages.ts';
import type { Dashboards } from '../dashboards/dashboards.ts';
import { startDashboards } from '../dashboards/dashboards.ts';
import { dashboardPaths } from '../dashboards/questions.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { ROOT, startLab, startProduct } from '../program.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { readServerMetrics } from '../server-metrics.ts';
import { startSwarm } from '../swarm/swarm.ts';
import type { BigStore } from '../ten-million.ts';
import { BIG_ORGANISM, takeBigStore } from '../ten-million.ts';

const RATE = 2000;
const BROWSERS = 100;
const DASHBOARDS = 10;
/** A person reads before asking again; what refreshes by itself does so every few seconds. */
const PAUSE_MS = 500;
const WARM_UP_MS = 5000;
/** Long enough that a thousandth of it is more than one look. */
const WINDOW_MS = { full: 20_000, quick: 5000 };
const ROUNDS = { full: 3, quick: 1 };
const STORE = {
  full: { rows: 10_000_000, messages: 1_000_000 },
  quick: { rows: 100_000, messages: 10_000 },
};
const QUANTILES = [
  ['p50', 'organoscope_event_loop_delay_seconds{quantile="0.5"}'],
  ['p99', 'organoscope_event_loop_delay_seconds{quantile="0.99"}'],
  ['p99.9', 'organoscope_event_loop_delay_seconds{quantile="0.999"}'],
  ['longest', 'organoscope_event_loop_delay_seconds{quantile="1"}'],
] as const;
const BARS = new Map<string, Figure['bars']>([['p99.9', [{ atMost: 50 }]]]);

interface Round {
  /** Milliseconds, as QUANTILES has them. */
  readonly delays: readonly number[];
  readonly eventsPerSecond: number;
  readonly dashboards: DashboardsReport;
}

/** Whether the one thread that serves everybody is there for everybody. */
export const section: BenchSection = {
  title: `Event-loop delay: ${RATE.toLocaleString('en-US')} events/s, ${BROWSERS} browsers, ${DASHBOARDS} dashboards`,
  minutes: 3,
  measure,
};

function measure({ pick }: BenchContext): Promise<Measured> {
  return withCleanup(async (defer) => {
    const size = pick(STORE);
    const windowMs = pick(WINDOW_MS);
    const big = takeBigStore(size, defer);
    await ensureBuild(ROOT, console.log);
    const lab = await startLab(['--port', '0', '--rate', `${RATE}`]);
    defer(lab.stop);
    const source = ['--source', `${BIG_ORGANISM}=agentserver+${lab.url}`];
    const server = await startProduct(['--data', big.dataDir, ...source]);
    defer(server.stop);
    await wait(WARM_UP_MS);
    const alone = await takeRound(server.url, windowMs, null);

    const swarm = await startSwarm();
    defer(swarm.stop);
    await swarm.open(server.url, BROWSERS, [{ organism: BIG_ORGANISM }]);
    const dashboards = await startDashboards();
    defer(dashboards.stop);
    const paths = dashboardPaths(big, BIG_ORGANISM);
    const crowd = { url: server.url, count: DASHBOARDS, paths, pauseMs: PAUSE_MS };
    await dashboards.ask({ do: 'start', ...crowd });
    await wait(WARM_UP_MS);
    const results: Round[] = [];
    for (let round = 0; round < pick(ROUNDS); round += 1) {
      results.push(await takeRound(server.url, windowMs, dashboards));
    }
    const delivery = await swarm.report({ firstSeq: 0, times: [] });
    if (delivery.open !== BROWSERS) throw new Error(`${BROWSERS - delivery.open} browsers left`);
    return { figures: describe(alone, results), notes: noteRounds(results, big) };
  });
}

async function takeRound(
  url: string,
  windowMs: number,
  dashboards: Dashboards | null,
): Promise<Round> {
  const committed = 'organoscope_journal_committed_events_total';
  await dashboards?.ask({ do: 'report' });
  // Reading them starts the quantiles anew.
  const before = await readServerMetrics(url);
  const from = performance.now();
  await wait(windowMs);
  const after = await readServerMetrics(url);
  const seconds = (performance.now() - from) / 1000;
  return {
    delays: QUANTILES.map(([, name]) => after.get(name) * 1000),
    eventsPerSecond: (after.get(committed) - before.get(committed)) / seconds,
    dashboards: (await dashboards?.ask({ do: 'report' })) ?? NOBODY,
  };
}

const NOBODY: DashboardsReport = {
  answers: 0,
  p50Ms: Number.NaN,
  p95Ms: Number.NaN,
  p99Ms: Number.NaN,
  slowest: [],
  failures: [],
};

function describe(alone: Round, results: readonly Round[]): Figure[] {
  const of = (read: (round: Round) => number) => results.map(read);
  const delays = QUANTILES.map(([name], i): Figure => ({
    name: `delay ${name}`,
    unit: 'ms',
    rounds: of(({ delays }) => delays[i] ?? Number.NaN),
    control: { name: 'the events alone', value: alone.delays[i] ?? Number.NaN },
    bars: BARS.get(name),
  }));
  return [
    ...delays,
    { name: 'events stored', unit: '/s', rounds: of((round) => round.eventsPerSecond) },
    { name: 'dashboards: answer p50', unit: 'ms', rounds: of((r) => r.dashboards.p50Ms) },
    { name: 'dashboards: answer p99', unit: 'ms', rounds: of((r) => r.dashboards.p99Ms) },
    {
      name: 'dashboards: not answered',
      unit: '',
      rounds: of((r) => r.dashboards.failures.length),
      bars: [{ atMost: 0 }],
    },
  ];
}

function noteRounds(results: readonly Round[], { rows }: BigStore): string[] {
  const answers = median(results.map(({ dashboards }) => dashboards.answers));
  const slowest = results.at(-1)?.dashboards.slowest.slice(0, 3) ?? [];
  const failures = results.flatMap(({ dashboards }) => dashboards.failures);
  return [
    `Delay: how late a timer of the server’s main thread is, from its \`/metrics\`. ${rows.toLocaleString('en-US')} usage rows; ${answers} answers a round.`,
    'Browsers are live clients in a process of their own that count and keep nothing; dashboards ask what the pages ask, with half a second between.',
    `Slowest: ${slowest.map(({ path: asked, p99Ms }) => `${asked.split('&organism', 1)[0]} (${p99Ms.toFixed(0)} ms)`).join(', ')}.`,
    ...failures,
  ];
}
