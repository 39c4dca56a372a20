import { CAST } from '#lab/agentserver/cast.ts';

import type { Load, Played } from '../fan-out/play.ts';
import { play } from '../fan-out/play.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { BenchContext, BenchSection } from '../section.ts';

/** A filter for each of ten passes about a tenth of the events. */
const AGENTS = CAST.map(({ name }) => name).slice(0, 10);
const CLIENTS = 100;
const BUSY_RATE = 10_000;
const MAX_TICK_LATE_MS = 5;

type Quantity = readonly [read: (result: Played) => number, unit: string];
const P50: Quantity = [({ delivery }) => delivery.p50Ms, 'ms'];
const P99: Quantity = [({ delivery }) => delivery.p99Ms, 'ms'];
const TICK: Quantity = [({ delivery }) => delivery.tickMs, 'ms'];
const LATE: Quantity = [({ delivery }) => delivery.p99Ms - delivery.tickMs, 'ms'];
const LOST: Quantity = [({ lost }) => lost, ''];
const CORES: Quantity = [({ cores }) => cores, 'cores'];
const MICROS: Quantity = [({ microsPerDelivery }) => microsPerDelivery, 'µs'];

/** From a commit to every browser: the hub alone, with clients that count instead of decoding. */
export const section: BenchSection = {
  title: 'Fan-out: one organism to many organoscope.v1 clients',
  minutes: 5,
  measure,
};

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const seconds = pick({ full: 5, quick: 2 });
  const repeat = async (load: Omit<Load, 'seconds'>): Promise<Played[]> => {
    const results: Played[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await play({ ...load, seconds }));
    return results;
  };
  const busy = { clients: CLIENTS, rate: BUSY_RATE };
  const each = await repeat({ ...busy, rate: BUSY_RATE / 10, isEach: true });
  const light = await repeat({ clients: 1, rate: 1000 });
  const many = await repeat(busy);
  const crowd = await repeat({ clients: 1000, rate: 1000 });
  const shared = await repeat({ ...busy, resumes: filters(AGENTS.length) });
  const own = await repeat({ ...busy, resumes: filters(CLIENTS) });
  const pairs = await repeat({ ...busy, resumes: pairFilters() });
  const narrow = await repeat({ ...busy, resumes: threadFilters(CLIENTS) });

  const unfiltered = { name: 'unfiltered', value: median(many.map(({ cores }) => cores)) };
  const perDelivery = {
    name: `a ws.send per event, ${CLIENTS} × ${BUSY_RATE / 10}/s`,
    value: median(each.map(({ microsPerDelivery }) => microsPerDelivery)),
  };
  const eachP99 = { name: perDelivery.name, value: median(each.map(P99[0])) };
  return {
    figures: [
      figure('1 × 1,000/s: publish → receive p50', light, P50, { bars: [{ atMost: 1 }] }),
      figure('1 × 1,000/s: publish → receive p99', light, P99),
      figure('100 × 10,000/s: lost', many, LOST, { bars: [{ atMost: 0 }] }),
      figure('100 × 10,000/s: tick', many, TICK),
      figure('100 × 10,000/s: publish → receive p50', many, P50),
      figure('100 × 10,000/s: publish → receive p99', many, P99, { control: eachP99 }),
      figure('100 × 10,000/s: p99 after the tick', many, LATE, {
        bars: [{ atMost: MAX_TICK_LATE_MS }],
      }),
      figure('100 × 10,000/s: fan-out on the server', many, CORES, { bars: [{ atMost: 0.3 }] }),
      figure('100 × 10,000/s: processor time per delivery', many, MICROS, {
        control: perDelivery,
        bars: [{ of: 'ratio', atMost: 1 / 20 }],
      }),
      figure('1,000 × 1,000/s: lost', crowd, LOST, { bars: [{ atMost: 0 }] }),
      figure('1,000 × 1,000/s: publish → receive p99', crowd, P99, {
        bars: [{ atMost: 50 }],
      }),
      figure('1,000 × 1,000/s: fan-out on the server', crowd, CORES),
      figure('100 × 10,000/s, ten filters: fan-out on the server', shared, CORES, {
        control: unfiltered,
        bars: [{ of: 'ratio', atMost: 1 }],
      }),
      figure('100 × 10,000/s, a filter each: fan-out on the server', own, CORES, {
        control: unfiltered,
        bars: [{ of: 'ratio', atMost: 1 }],
      }),
      figure('100 × 10,000/s, 45 pairs of agents: fan-out on the server', pairs, CORES, {
        control: unfiltered,
        bars: [{ of: 'ratio', atMost: 1 }],
      }),
      figure('100 × 10,000/s, a thread each: fan-out on the server', narrow, CORES, {
        control: unfiltered,
        bars: [{ of: 'ratio', atMost: 1 }],
      }),
    ],
    notes: [
      `Cores are the hub’s process with clients minus without, over the same ${seconds} s of load in the same process: what is left is writing out and handing out.`,
      'Each event’s delay at each client is counted. Clients and server share the cores.',
      `A filter names one agent of ten and passes ${share(own, many)} of the bytes. “A filter each” adds a name to each that no event has: equal in what they let through, told apart for each batch. Pairs differ in it, and each is written out by itself. “A thread each” is messages and calls of a thread that is quiet, and calls of no thread.`,
      'A write of a small frame costs the server nearly what a large one does: readers with a filter are written to as seldom as keeps it at a twentieth of the event loop’s time, 32 ms apart at most.',
      `A ws.send per event at ${BUSY_RATE}/s would need more than a core: the control has a tenth of the rate.`,
    ],
  };
}

function figure(
  name: string,
  results: readonly Played[],
  [read, unit]: Quantity,
  more: Pick<Figure, 'control' | 'bars'> = {},
): Figure {
  return { name, unit, rounds: results.map(read), ...more };
}

function filters(count: number): object[] {
  return Array.from({ length: count }, (_, n) => {
    const agent = AGENTS[n % AGENTS.length] ?? '';
    return { filter: { agents: count > AGENTS.length ? [agent, `nobody-${n}`] : [agent] } };
  });
}

function pairFilters(): object[] {
  return AGENTS.flatMap((one, n) =>
    AGENTS.slice(n + 1).map((other) => ({ filter: { agents: [one, other] } })),
  );
}

function threadFilters(count: number): object[] {
  return Array.from({ length: count }, (_, n) => ({
    filter: { types: ['message', 'usage'], threads: [`quiet-${n}`] },
  }));
}

function share(part: readonly Played[], whole: readonly Played[]): string {
  const bytes = (results: readonly Played[]): number =>
    median(results.map(({ delivery }) => delivery.bytes));
  return `${Math.round((bytes(part) / bytes(whole)) * 100)} %`;
}
