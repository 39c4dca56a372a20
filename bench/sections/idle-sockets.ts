import type { Crowd } from '../fan-out/crowd.ts';
import { gatherCrowd } from '../fan-out/crowd.ts';
import type { Figure, Measured } from '../figures.ts';
import { median } from '../figures.ts';
import type { BenchContext, BenchSection } from '../section.ts';

const MAX_ROUNDS = 3;
const KIB_PER_MIB = 1024;

/** What a socket costs that only listens. */
export const section: BenchSection = {
  title: 'Idle sockets: 10,000 on the server without pages, then one event a second to all',
  minutes: 2,
  measure,
};

async function measure({ rounds, pick }: BenchContext): Promise<Measured> {
  const sockets = pick({ full: 10_000, quick: 2000 });
  const broadcasts = pick({ full: 10, quick: 3 });
  const results: Crowd[] = [];
  for (let round = 0; round < Math.min(rounds, MAX_ROUNDS); round += 1) {
    results.push(await gatherCrowd(sockets, broadcasts));
  }
  const of = (read: (crowd: Crowd) => number): number[] => results.map(read);
  const empty = { name: 'without sockets', value: median(of((crowd) => crowd.emptyMiB)) };
  const kibPerSocket = ({ fullMiB, emptyMiB }: Crowd): number =>
    ((fullMiB - emptyMiB) * KIB_PER_MIB) / sockets;
  const figures: Figure[] = [
    {
      name: 'memory with all sockets',
      unit: 'MiB',
      rounds: of((crowd) => crowd.fullMiB),
      control: empty,
      bars: [{ atMost: 400 }],
    },
    { name: 'memory of a socket', unit: 'KiB', rounds: of(kibPerSocket) },
    { name: 'heap kept when all had left', unit: 'MiB', rounds: of((crowd) => crowd.heapKeptMiB) },
    { name: 'first dial → last snapshot', unit: 'ms', rounds: of((crowd) => crowd.openMs) },
    { name: 'server’s processor while idle', unit: 'cores', rounds: of((c) => c.idleCores) },
    {
      name: 'POST → received p99',
      unit: 'ms',
      rounds: of(({ delivery }) => delivery.p99Ms),
      bars: [{ atMost: 1000 }],
    },
    { name: 'lost', unit: '', rounds: of((crowd) => crowd.lost), bars: [{ atMost: 0 }] },
  ];
  return {
    figures,
    notes: [
      `${sockets.toLocaleString('en-US')} sockets from four loopback addresses, each with its snapshot and a heartbeat every 2 s.`,
      'The delay begins before the POST of the event, so that its commit is part of it.',
    ],
  };
}
