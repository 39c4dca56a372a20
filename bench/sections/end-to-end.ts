import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { LiveWatch, Percentiles } from '../live-watch.ts';
import { openDirectWatch, openLiveWatch, preciseNow } from '../live-watch.ts';
import { startApi, startLab } from '../program.ts';
import { getJson } from '../rest.ts';
import type { BenchContext, BenchSection } from '../section.ts';

const RATES = [100, 1000, 5000];
/** The source finds an upstream that already runs: the window begins when its past is read. */
const CAUGHT_UP_MS = 100;
const CATCH_UP_TIMEOUT_MS = 20_000;
const WARM_UP_MS = 1000;
/** The period of the usage polls: every window then holds the work of one. */
const WINDOW_MS = 5000;
/** After the upstream fell silent; what has not come by then counts as lost. */
const DRAIN_TIMEOUT_MS = 20_000;

interface Round {
  /** From the upstream's start, including the source's wait until it dials again. */
  readonly catchUpMs: number;
  readonly eventsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly ours: Percentiles;
  readonly direct: Percentiles;
  /** From the upstream's last event to its arrival at the client. */
  readonly drainMs: number;
  /** Messages of the upstream that the client, or the store, does not have. */
  readonly lost: number;
  /** Processor time of the server for one event, all threads. */
  readonly cpuMicrosPerEvent: number;
  readonly faults: LiveWatch['faults'];
}

/** Lab → source → journal → the socket a browser uses. */
export const section: BenchSection = {
  title: 'End to end: lab → source → journal → organoscope.v1 client',
  minutes: 2,
  measure,
};

async function measure({ rounds }: BenchContext): Promise<Measured> {
  const figures: Figure[] = [];
  const totals = { lost: 0, repeated: 0, broken: 0, resets: 0 };
  for (const rate of RATES) {
    const results: Round[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await playRound(rate));
    figures.push(...describe(rate, results));
    for (const { lost, faults } of results) {
      totals.lost += lost;
      totals.repeated += faults.repeated;
      totals.broken += faults.broken;
      totals.resets += faults.resets;
    }
  }
  return {
    figures,
    notes: [
      `Messages in all rounds: ${totals.lost} lost, ${totals.repeated} twice; ` +
        `${totals.broken} breaks in the order of batches, ${totals.resets} resets.`,
      'The rate is what the lab plays, model calls included: about a quarter, read over REST in polls.',
      '“Direct” is another client on the lab’s own socket, at the same time.',
    ],
  };
}

function describe(rate: number, rounds: readonly Round[]): Figure[] {
  const at = `${rate.toLocaleString('en-US')}/s`;
  const of = (read: (round: Round) => number): number[] => rounds.map(read);
  const direct = (read: (direct: Percentiles) => number): number =>
    median(rounds.map((round) => read(round.direct)));
  return [
    {
      name: `${at}: events received`,
      unit: '/s',
      rounds: of((round) => round.eventsPerSecond),
      control: { name: 'the lab’s rate', value: rate },
    },
    { name: `${at}: messages among them`, unit: '/s', rounds: of((r) => r.messagesPerSecond) },
    {
      name: `${at}: send → receive p50`,
      unit: 'ms',
      rounds: of((round) => round.ours.p50Ms),
      control: { name: 'direct', value: direct(({ p50Ms }) => p50Ms) },
    },
    {
      name: `${at}: send → receive p99`,
      unit: 'ms',
      rounds: of((round) => round.ours.p99Ms),
      control: { name: 'direct', value: direct(({ p99Ms }) => p99Ms) },
    },
    { name: `${at}: upstream’s start → caught up`, unit: 'ms', rounds: of((r) => r.catchUpMs) },
    { name: `${at}: last event → received`, unit: 'ms', rounds: of((round) => round.drainMs) },
    {
      name: `${at}: server’s processor time per event`,
      unit: 'µs',
      rounds: of((round) => round.cpuMicrosPerEvent),
    },
  ];
}

function playRound(rate: number): Promise<Round> {
  return withCleanup(async (defer) => {
    // The client is there before the upstream is, so that it sees the first event too.
    const port = await findFreePort();
    const upstream = `http://127.0.0.1:${port}`;
    const source = ['--source', `bench=agentserver+${upstream}`];
    const server = await startApi(['--data', makeTempDir(defer), ...source]);
    defer(server.stop);
    const client = await openLiveWatch(server.url, 'bench');
    defer(client.close);
    const lab = await startLab(['--port', `${port}`, '--rate', `${rate}`, '--stamp-sent-at']);
    defer(lab.stop);
    const direct = await openDirectWatch(lab.url);
    defer(direct.close);

    const labStartedAt = preciseNow();
    await client.until(() => client.delays.latestMs() < CAUGHT_UP_MS, CATCH_UP_TIMEOUT_MS);
    const catchUpMs = preciseNow() - labStartedAt;
    await wait(WARM_UP_MS);
    const from = preciseNow();
    const cpuBefore = server.cpuMs();
    await wait(WINDOW_MS);
    const window = { from, to: preciseNow() };
    const cpuMs = server.cpuMs() - cpuBefore;
    await fetch(`${lab.url}/api/v1/organism/stop`, { method: 'POST' });
    const silentAt = preciseNow();

    const sent = Number((await getJson(`${lab.url}/api/v1/organism`))['totalMessages']);
    await client.until(() => client.messageIds.size >= sent, DRAIN_TIMEOUT_MS);
    const stored = Number((await getJson(`${server.url}/api/v1/messages?limit=1`))['total']);
    const ours = client.delays.percentiles(window);
    const events = client.eventsIn(window);
    const seconds = (window.to - window.from) / 1000;
    return {
      catchUpMs,
      eventsPerSecond: events / seconds,
      messagesPerSecond: ours.count / seconds,
      ours,
      direct: direct.delays.percentiles(window),
      drainMs: Math.max(0, client.lastMessageAt() - silentAt),
      lost: sent - Math.min(client.messageIds.size, stored),
      cpuMicrosPerEvent: (cpuMs * 1000) / events,
      faults: client.faults,
    };
  });
}

async function findFreePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
