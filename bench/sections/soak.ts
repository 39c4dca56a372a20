import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import { WebSocket } from 'ws';

import { LIVE_SUBPROTOCOL } from '#organism/live/protocol.ts';
import { ensureBuild } from '#server/build.ts';

import type { Defer } from '../cleanup.ts';
import { makeTempDir, withCleanup } from '../cleanup.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import { ROOT, startLab, startProduct } from '../program.ts';
import type { BenchContext, BenchSection } from '../section.ts';
import { readServerMetrics } from '../server-metrics.ts';
import { openAccount } from '../upstream-account.ts';

const RATE = 5000;
const TIMES = {
  full: { warmMs: 60_000, wholeMs: 600_000 },
  quick: { warmMs: 10_000, wholeMs: 40_000 },
};
const SAMPLE_EVERY_MS = 1000;
/** At either end: garbage comes and goes in less. */
const SAMPLES_TOGETHER = 10;
const GROWTH_BAR = { atMost: 50 };
const NONE = [{ atLeast: 0, atMost: 0 }];
/** What the socket did not bring before the upstream stopped is read by REST, at the source's pace. */
const SETTLE_LIMIT_MS = 120_000;
const ORGANISM = 'bench';
const MIB = 2 ** 20;

interface Sample {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly externalMiB: number;
}

/** Whether what a server takes in stays in its memory. */
export const section: BenchSection = {
  title: `Soak: memory while ${RATE.toLocaleString('en-US')} events a second come in`,
  minutes: 10.5,
  measure,
};

function measure({ pick }: BenchContext): Promise<Measured> {
  const { warmMs, wholeMs } = pick(TIMES);
  return withCleanup(async (defer) => {
    await ensureBuild(ROOT, console.log);
    const lab = await startLab(['--port', '0', '--rate', `${RATE}`]);
    defer(lab.stop);
    const source = ['--source', `${ORGANISM}=agentserver+${lab.url}`];
    const server = await startProduct(['--data', makeTempDir(defer), ...source]);
    defer(server.stop);
    const watched = await watch(defer, server.url);
    const ends = { url: server.url, labUrl: lab.url, organism: ORGANISM };
    const account = await openAccount(defer, ends);

    const samples: Sample[] = [];
    const endAt = performance.now() + wholeMs;
    let warmed = 0;
    const warmAt = performance.now() + warmMs;
    while (performance.now() < endAt) {
      await wait(SAMPLE_EVERY_MS);
      samples.push(await takeSample(server.url, server.memoryMiB()));
      if (performance.now() < warmAt) warmed = samples.length;
    }
    await fetch(`${lab.url}/api/v1/organism/stop`, { method: 'POST' });
    const { missing, declared, calls, settledMs } = await account.settle(SETTLE_LIMIT_MS);
    const metrics = await readServerMetrics(server.url);
    const events = metrics.get('organoscope_journal_committed_events_total');
    const compared = {
      first: samples.slice(Math.max(0, warmed - SAMPLES_TOGETHER), warmed),
      last: samples.slice(-SAMPLES_TOGETHER),
    };
    return {
      figures: [
        ...compare(compared, 'rssMiB', { name: 'resident memory', bars: [GROWTH_BAR] }),
        ...compare(compared, 'heapMiB', { name: 'heap of the main thread' }),
        ...compare(compared, 'externalMiB', { name: 'buffers of the main thread' }),
        {
          name: 'highest resident memory',
          unit: 'MiB',
          rounds: [Math.max(...samples.map(({ rssMiB }) => rssMiB))],
        },
        { name: 'events stored', unit: '/s', rounds: [(events / wholeMs) * 1000] },
        { name: 'stopped → all stored or shown as missing', unit: 'ms', rounds: [settledMs] },
        { name: 'messages not stored', unit: 'messages', rounds: [missing] },
        { name: 'of them, shown in gaps', unit: 'messages', rounds: [declared] },
        { name: 'of them, in no gap', unit: 'messages', rounds: [missing - declared], bars: NONE },
        { name: 'model calls not stored', unit: 'calls', rounds: [calls], bars: NONE },
      ],
      notes: [
        `${wholeMs / 1000} s through \`npm start\`, the lab as its source, one live client, which got ${watched.mebibytes().toFixed(0)} MiB. One round.`,
        'The upstream lists its last 10,000 messages: what was not read before it forgot them is in a gap, with its size, or in none and lost in silence.',
        `First: the ${SAMPLES_TOGETHER} s before ${warmMs / 1000} s were over. End: the last ${SAMPLES_TOGETHER} s. Medians of a sample a second.`,
      ],
    };
  });
}

/** A quantity at the end, and what it has grown by since the first minute. */
function compare(
  { first, last }: Record<'first' | 'last', readonly Sample[]>,
  field: keyof Sample,
  { name, bars }: Pick<Figure, 'name' | 'bars'>,
): Figure[] {
  const of = (samples: readonly Sample[]) => samples.map((sample) => sample[field]);
  const control = { name: 'first minute', value: median(of(first)) };
  return [
    { name: `${name}, end`, unit: 'MiB', rounds: of(last), control },
    { name: `${name}, growth`, unit: 'MiB', rounds: [median(of(last)) - control.value], bars },
  ];
}

async function takeSample(url: string, rssMiB: number): Promise<Sample> {
  const metrics = await readServerMetrics(url);
  return {
    rssMiB,
    heapMiB: metrics.get('nodejs_heap_size_used_bytes') / MIB,
    externalMiB: metrics.get('nodejs_external_memory_bytes') / MIB,
  };
}

/** A browser that keeps nothing. */
async function watch(defer: Defer, url: string): Promise<{ mebibytes(): number }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, LIVE_SUBPROTOCOL);
  let bytes = 0;
  socket.on('message', (data: Buffer) => (bytes += data.length));
  await once(socket, 'open');
  socket.send(JSON.stringify({ cmd: 'resume', organism: ORGANISM }));
  defer(() => socket.terminate());
  return { mebibytes: () => bytes / MIB };
}
